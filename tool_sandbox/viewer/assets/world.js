// The tables of the world as they were after a message, with what it changed.

import { element, longText } from "viewer/dom";

export class WorldPart {
  constructor(tables) {
    this.tables = tables;
    this.title = element("h2", {}, "World");
    this.body = element("div");
    this.element = tables.length ? element("section", { class: "world", "aria-live": "off" }, this.title, this.body) : "";
    this.show(Infinity);
  }

  /** The tables as they were after a message; those that changed come first. */
  show(message) {
    this.title.textContent = message === Infinity ? "World, at the end" : `World, after message ${message}`;
    const shown = this.tables.map(({ name, columns, versions }) => {
      const at = versions.findLastIndex((version) => version.message <= message);
      return { name, columns, version: versions[Math.max(at, 0)], times: versions.length - 1 };
    });
    const isNew = ({ version }) => version.message === message;
    this.body.replaceChildren(...shown.filter(isNew).concat(shown.filter((each) => !isNew(each))).map((each) => part(each, isNew(each), message)));
  }
}

function part({ name, columns, version, times }, isNew, message) {
  const marks = isNew || message === Infinity ? version : {};
  const order = inOrder(columns, [...version.rows, ...(version.removed ?? [])]);
  const cells = (row, changed = {}) => order.map((at) => cell(row[at], changed[at]));
  const isMarked = (at) => Boolean(marks.added?.includes(at) || marks.changed?.[at]);
  const rows = version.rows.map((row, at) => ({ marked: isMarked(at), row: element("tr", { class: marks.added?.includes(at) ? "added" : null }, cells(row, marks.changed?.[at])) }));
  const removed = (marks.removed ?? []).map((row) => element("tr", { class: "removed" }, cells(row)));
  const count = `${version.rows.length} ${version.rows.length === 1 ? "row" : "rows"}`;
  return element("details", { open: isNew || (message === Infinity && times > 0) },
    element("summary", {}, name, element("span", { class: "note" }, ` ${count}${times ? `, changed ${times} ${times === 1 ? "time" : "times"}` : ""}`)),
    element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `Table ${name}` }, element("table", {},
      element("thead", {}, element("tr", {}, order.map((at) => element("th", { scope: "col" }, columns[at])))),
      element("tbody", {}, rows.filter(({ marked }) => marked).map(({ row }) => row), removed, rows.filter(({ marked }) => !marked).map(({ row }) => row)))));
}

/** The columns that hold something; ids, which tell a person least, come last. */
function inOrder(columns, rows) {
  const known = columns.map((_, at) => at).filter((at) => rows.some((row) => row[at] !== ""));
  const isId = (at) => columns[at].endsWith("_id");
  return [...known.filter((at) => !isId(at)), ...known.filter(isId)];
}

function cell(now, before) {
  if (before === undefined) return longText("td", now, {}, 500);
  return element("td", { class: "changed", dir: "auto" }, before ? [longText("del", before, {}, 500), " "] : null, longText("ins", now || "–", {}, 500));
}

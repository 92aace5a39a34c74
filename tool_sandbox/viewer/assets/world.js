// The tables of the world as they were after a message, with what it changed.

import { element } from "viewer/dom";

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
  const known = columns.map((_, at) => version.rows.some((row) => row[at] !== "") || (version.removed ?? []).some((row) => row[at] !== ""));
  const cells = (row, changed = {}) => row.map((cell, at) => known[at] && element("td", { class: at in changed ? "changed" : null, dir: "auto" },
    at in changed ? [element("del", {}, changed[at] || "–"), " "] : null, at in changed ? element("ins", {}, cell || "–") : cell)).filter(Boolean);
  const rows = version.rows.map((row, at) => element("tr", { class: marks.added?.includes(at) ? "added" : null }, cells(row, marks.changed?.[at])));
  const removed = (marks.removed ?? []).map((row) => element("tr", { class: "removed" }, cells(row)));
  const count = `${version.rows.length} ${version.rows.length === 1 ? "row" : "rows"}`;
  return element("details", { open: isNew || (message === Infinity && times > 0) },
    element("summary", {}, name, element("span", { class: "note" }, ` ${count}${times ? `, changed ${times} ${times === 1 ? "time" : "times"}` : ""}`)),
    element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `Table ${name}` }, element("table", {},
      element("thead", {}, element("tr", {}, columns.filter((_, at) => known[at]).map((column) => element("th", { scope: "col" }, column)))),
      element("tbody", {}, rows, removed))));
}

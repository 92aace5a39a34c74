// The list of samples: filtered, searched, sorted, and drawn only as far as it is seen.

import { announce, dollars, element, number, shade } from "viewer/dom";
import { addressOfList, addressOfSample } from "viewer/address";
import { GROUPINGS } from "viewer/groups";
import { lossesPart } from "viewer/losses";

const PAGE = 200;
const PRINTED = 1000;
const MILLISECONDS = 1500; // until what is printed is asked for
const TAIL = 26;
const SHOWN = [
  { column: "score", title: "Score", number: true },
  { column: "name", title: "Scenario" },
  { column: "run", title: "Run" },
  { column: "why", title: "What took the first points" },
  { column: "turns", title: "Turns", number: true },
  { column: "calls", title: "Calls", number: true },
  { column: "seconds", title: "Seconds", number: true, cell: (value) => number(value, 1) },
  { column: "cost", title: "Cost", number: true, cell: dollars },
];
const places = new Map(); // the address of a list → how far it was scrolled

/** The page of the list; `question` holds `where`, `search`, `sort` and `group`. */
export async function listPage(source, question, { severalRuns }) {
  const shown = SHOWN.filter(({ column }) => severalRuns || column !== "run");
  const problem = element("p", { class: "problem", role: "alert" });
  const count = element("p", { class: "count" });
  const found = element("div", { class: "found" }, count);
  const page = element("section", { "aria-label": "Samples" }, element("h1", { tabindex: -1 }, "Samples"),
    form(question), problem, found);
  try {
    const first = await source.rows({ ...question, offset: 0, limit: PAGE });
    const phrase = `${first.total} ${first.total === 1 ? "sample" : "samples"}`;
    const chosen = question.where || question.search;
    count.textContent = first.total ? phrase : chosen ? "No sample matches." : "There is no sample yet.";
    if (chosen) found.append(clear(question));
    announce(count.textContent);
    if (!first.total) return page;
    if (question.group) {
      page.append(await lossesPart(source, question));
      return page;
    }
    const rows = new Rows(source, question, shown, first);
    page.append(rows.element);
    if (first.total > PRINTED) page.append(element("p", { class: "paper" }, `The first ${PRINTED} of them are printed.`));
    Object.assign(page, { placed: (link) => rows.place(link), step: (by) => rows.step(by), toPrint: (whole) => rows.toPrint(whole) });
  } catch (error) {
    problem.textContent = error.message;
    found.append(clear(question));
  }
  return page;
}

function clear({ where, search, sort, group }) {
  return element("a", { href: addressOfList({ sort, group }) }, `Clear the ${[where && "filter", search && "search"].filter(Boolean).join(" and the ")}`);
}

function form(question) {
  const field = (name, label, hint) =>
    element("label", {}, label, element("input", { name, value: question[name] ?? "", placeholder: hint, autocomplete: "off", spellcheck: "false", "data-stays": name }));
  return element("form", { class: "filter", role: "search", onsubmit: (event) => {
    event.preventDefault();
    const asked = Object.fromEntries(new FormData(event.target));
    location.hash = addressOfList({ ...question, ...asked });
  } },
  field("where", "Filter", "score < 0.5 and category = coreference"),
  field("search", "Words in messages", "any text"),
  grouping(question.group ?? ""),
  element("button", { type: "submit", "data-stays": "submit" }, "Show"));
}

function grouping(chosen) {
  const option = (value, title) => element("option", { value, selected: value === chosen }, title);
  return element("label", { class: "grouping" }, "Group by", element("select", { name: "group", "data-stays": "group", onchange: (event) => event.target.form.requestSubmit() },
    option("", "nothing"), Object.keys(GROUPINGS).map((each) => option(each, each))));
}

/** The rows that are in view, between two spaces as high as all others. */
class Rows {
  constructor(source, question, shown, first) {
    Object.assign(this, { source, question, shown, total: first.total, columns: first.columns, drawn: new Map(), address: addressOfList(question) });
    this.pages = new Map([[0, first.rows]]);
    this.above = element("tr", { class: "space", "aria-hidden": "true" }, element("td"));
    this.below = this.above.cloneNode(true);
    this.body = element("tbody", {}, this.above, this.below);
    this.element = element("div", { class: "rows", tabindex: 0, role: "region", "aria-label": "List of samples", onscroll: () => this.scrolled() },
      element("table", { "aria-rowcount": this.total + 1 }, element("thead", {}, this.head()), this.body));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  head() {
    const sort = this.question.sort ?? "";
    return element("tr", {}, this.shown.map(({ column, title, number: isNumber }) => {
      const next = sort === column ? `-${column}` : column;
      const order = sort === column ? "ascending" : sort === `-${column}` ? "descending" : null;
      return element("th", { scope: "col", class: isNumber ? `number ${column}` : column, "aria-sort": order },
        element("a", { href: addressOfList({ ...this.question, sort: next }), "data-stays": `sort-${column}`, title: "Sort" },
          title, element("span", { class: "order", "aria-hidden": "true" }, order === null ? "↕" : order === "ascending" ? "▲" : "▼")));
    }));
  }

  /** Where somebody was before: scrolled as far, and on the link of a sample that they come back from. */
  async place(link) {
    this.element.scrollTop = places.get(this.address) ?? 0;
    await this.draw();
    setTimeout(() => this.element.isConnected && this.between(0, Math.min(this.total, PRINTED)), MILLISECONDS); // printing does not wait
    const left = [...this.body.querySelectorAll("a")].find((each) => each.getAttribute("href") === link);
    left?.focus({ preventScroll: true });
    return Boolean(left);
  }

  /** To the link of the next row, or of one before. */
  step(by) {
    const links = [...this.body.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const edge = this.element.getBoundingClientRect();
    const next = at >= 0 ? links[at + by] : links.find((link) => link.getBoundingClientRect().top > edge.top + this.rowHeight);
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  }

  /** All rows up to a number that paper bears, or again those in view. */
  async toPrint(whole) {
    this.printed = whole ? Math.min(this.total, PRINTED) : null;
    await this.draw();
  }

  scrolled() {
    places.set(this.address, this.element.scrollTop);
    this.draw();
  }

  get rowHeight() {
    return parseFloat(getComputedStyle(this.element).getPropertyValue("--row"));
  }

  async draw() {
    const height = this.rowHeight;
    if (!height) return; // the page is not shown yet, or no longer
    const from = this.printed ? 0 : Math.max(0, Math.floor(this.element.scrollTop / height) - 10);
    const until = this.printed ?? Math.min(this.total, from + Math.ceil(this.element.clientHeight / height) + 20);
    const mine = (this.latest = {});
    const rows = await this.between(from, until);
    if (mine !== this.latest) return; // it has been scrolled further meanwhile
    for (const [at, row] of this.drawn) if (at < from || at >= until) this.remove(at, row);
    let last = this.above;
    for (let at = from; at < until; at++) {
      if (!this.drawn.has(at)) {
        this.drawn.set(at, this.row(rows[at - from], at));
        last.after(this.drawn.get(at));
      }
      last = this.drawn.get(at);
    }
    this.above.firstChild.style.height = `${from * height}px`;
    this.below.firstChild.style.height = `${this.printed ? 0 : (this.total - until) * height}px`;
  }

  remove(at, row) {
    if (row.contains(document.activeElement)) this.element.focus({ preventScroll: true });
    row.remove();
    this.drawn.delete(at);
  }

  async between(from, until) {
    const wanted = [];
    for (let page = Math.floor(from / PAGE); page * PAGE < until; page++) wanted.push(page);
    for (const page of wanted) {
      if (this.pages.has(page)) continue;
      const { rows } = await this.source.rows({ ...this.question, offset: page * PAGE, limit: PAGE });
      this.pages.set(page, rows);
    }
    const first = wanted.length ? wanted[0] * PAGE : 0;
    return wanted.flatMap((page) => this.pages.get(page)).slice(from - first, until - first);
  }

  row(row, at) {
    const cell = (column) => row[this.columns.indexOf(column)];
    const link = addressOfSample(cell("run"), cell("name"), cell("trial"), this.question);
    const cells = this.shown.map(({ column, number: isNumber, cell: shownAs }) => {
      const value = cell(column);
      const text = (shownAs ? shownAs(value) : String(value ?? "")).slice(0, 1000);
      if (column === "name") return nameCell(link, cell, this.shown.some((each) => each.column === "run"));
      if (column === "score") return element("td", { class: `number score ${shade(value)}` }, cell("void") ? "void" : number(value));
      return element("td", { class: isNumber ? `number ${column}` : column, title: isNumber ? null : text }, text);
    });
    return element("tr", { "aria-rowindex": at + 2 }, cells);
  }
}

/** A name of which the middle gives way, as the end tells how its tools are presented; on a phone that stands below it, behind the run. */
function nameCell(link, cell, severalRuns) {
  const trial = cell("trial") ? ` #${cell("trial")}` : "";
  const name = cell("name") + trial;
  const at = name.length - TAIL > 12 ? name.length - TAIL : name.length;
  const presented = cell("name") === cell("base") ? "" : cell("presentation");
  const more = [presented, String(cell("why") ?? "").slice(0, 200)].filter(Boolean).join(" · ");
  return element("td", { class: "name" },
    element("a", { href: link, title: name, "aria-label": name }, element("span", { class: "head" }, name.slice(0, at)), element("span", { class: "tail" }, name.slice(at)), element("span", { class: "base" }, cell("base") + trial)),
    element("span", { class: "under" }, severalRuns ? element("span", { class: "run-below" }, cell("run")) : null, element("span", {}, more)));
}

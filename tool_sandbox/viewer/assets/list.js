// The list of samples: filtered, searched, sorted, and drawn only as far as it is seen.

import { announce, dollars, element, number, shade } from "viewer/dom";
import { addressOfList, addressOfSample } from "viewer/address";

const ROW_HEIGHT = 34;
const PAGE = 200;
const SHOWN = [
  { column: "score", title: "Score", number: true, cell: (value) => number(value) },
  { column: "name", title: "Scenario" },
  { column: "run", title: "Run" },
  { column: "why", title: "What took the first points" },
  { column: "turns", title: "Turns", number: true },
  { column: "calls", title: "Calls", number: true },
  { column: "seconds", title: "Seconds", number: true, cell: (value) => number(value, 1) },
  { column: "cost", title: "Cost", number: true, cell: dollars },
];

/** The page of the list; `question` holds `where`, `search` and `sort`. */
export async function listPage(source, question, { severalRuns }) {
  const shown = SHOWN.filter(({ column }) => severalRuns || column !== "run");
  const problem = element("p", { class: "problem", role: "alert" });
  const count = element("p", { class: "count" });
  const page = element("section", { "aria-label": "Samples" }, element("h1", { tabindex: -1 }, "Samples"),
    form(question), problem, count);
  try {
    const first = await source.rows({ ...question, offset: 0, limit: PAGE });
    const phrase = `${first.total} ${first.total === 1 ? "sample" : "samples"}`;
    count.textContent = first.total ? phrase : "No sample matches.";
    announce(count.textContent);
    page.append(new Rows(source, question, shown, first).element);
  } catch (error) {
    problem.textContent = error.message;
  }
  return page;
}

function form(question) {
  const field = (name, label, hint) =>
    element("label", {}, label, element("input", { name, value: question[name] ?? "", placeholder: hint, autocomplete: "off", spellcheck: "false" }));
  return element("form", { class: "filter", role: "search", onsubmit: (event) => {
    event.preventDefault();
    const asked = Object.fromEntries(new FormData(event.target));
    location.hash = addressOfList({ ...question, ...asked });
  } },
  field("where", "Filter", "score < 0.5 and category = coreference"),
  field("search", "Words in messages", "any text"),
  element("button", { type: "submit" }, "Show"));
}

/** The rows that are in view, between two spaces as high as all others. */
class Rows {
  constructor(source, question, shown, first) {
    Object.assign(this, { source, question, shown, total: first.total, columns: first.columns });
    this.pages = new Map([[0, first.rows]]);
    this.body = element("tbody");
    this.above = element("tr", { class: "space", "aria-hidden": "true" }, element("td", { colspan: shown.length }));
    this.below = this.above.cloneNode(true);
    this.element = element("div", { class: "rows", tabindex: 0, role: "region", "aria-label": "List of samples", onscroll: () => this.draw() },
      element("table", { "aria-rowcount": this.total + 1 }, element("thead", {}, this.head()), this.body));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  head() {
    const sort = this.question.sort ?? "";
    return element("tr", {}, this.shown.map(({ column, title, number: isNumber }) => {
      const next = sort === column ? `-${column}` : column;
      const order = sort === column ? "ascending" : sort === `-${column}` ? "descending" : null;
      return element("th", { scope: "col", class: isNumber ? "number" : column, "aria-sort": order },
        element("a", { href: addressOfList({ ...this.question, sort: next }) }, title, order ? (order === "ascending" ? " ▲" : " ▼") : null));
    }));
  }

  async draw() {
    const from = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - 10);
    const until = Math.min(this.total, from + Math.ceil(this.element.clientHeight / ROW_HEIGHT) + 20);
    const rows = await this.between(from, until);
    this.above.firstChild.style.height = `${from * ROW_HEIGHT}px`;
    this.below.firstChild.style.height = `${(this.total - until) * ROW_HEIGHT}px`;
    this.body.replaceChildren(this.above, ...rows.map((row, at) => this.row(row, from + at)), this.below);
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
      const text = shownAs ? shownAs(value) : String(value ?? "");
      if (column === "name") {
        const trial = cell("trial") ? ` #${cell("trial")}` : "";
        return element("td", { class: "name" }, element("a", { href: link }, text + trial));
      }
      if (column === "score") return element("td", { class: `number score ${shade(value)}` }, cell("void") ? "void" : text);
      return element("td", { class: isNumber ? "number" : column, title: isNumber ? null : text }, text);
    });
    return element("tr", { "aria-rowindex": at + 2 }, cells);
  }
}

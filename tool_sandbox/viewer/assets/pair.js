// Two samples of one scenario side by side, turn by turn: what is the same in both is quiet, what differs stands out.

import { announce, breakable, dollars, element, longText, number, shade } from "viewer/dom";
import { addressOfList, addressOfPair, addressOfSample } from "viewer/address";
import { aligned, common, turnsOf } from "viewer/alignment";
import { content, speaker, textOf } from "viewer/message";

const WORDS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const MOST_LETTERS = 4000;
const PAGE = 1000;

/** The page of two samples; the parts are both runs, the scenario and its trial, or both trials. */
export async function pairPage(source, [run, otherRun, name, trial, otherTrial = trial]) {
  const sides = [{ run, trial: Number(trial) }, { run: otherRun, trial: Number(otherTrial) }];
  const found = await Promise.all(sides.map((side) => source.sample(side.run, name, side.trial)));
  const gone = found.indexOf(null);
  if (gone >= 0) return element("p", { class: "problem", role: "alert" }, `There is no sample ${name} #${sides[gone].trial} in ${sides[gone].run}.`);
  const both = sides.map((side, at) => ({ ...side, name, data: found[at], title: titleOf(side, sides[1 - at]) }));
  const conversation = new Pair(both);
  const around = element("nav", { "aria-label": "Pairs around this one" }, element("a", { href: addressOfList() }, "All samples"));
  const page = element("section", { class: "pair", "aria-label": `${name}, two samples` },
    element("header", {}, around,
      element("h1", { tabindex: -1 }, breakable(name), ": ", both[0].title, " and ", both[1].title),
      results(both), conversation.summary),
    found.map(({ missing }) => (missing ? element("p", { class: "problem" }, missing) : null)),
    conversation.element);
  page.conversation = conversation;
  addNeighbours(around, source, both); // the page does not wait for them
  return page;
}

/** What tells one side from the other: its run, its trial, or both. */
function titleOf(side, other) {
  if (side.run === other.run) return `trial ${side.trial}`;
  return side.trial || other.trial ? `${side.run} #${side.trial}` : side.run;
}

// -- what both came to -------------------------------------------------------------------------------------------------

function results(both) {
  const row = (title, cells, same = cells[0].textContent === cells[1].textContent) =>
    element("tr", { class: same ? "same" : null }, element("th", { scope: "row" }, title), cells);
  const fact = (title, value) => row(title, both.map(({ data }) => element("td", {}, value(data))), true);
  return element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "What both came to" }, element("table", { class: "results" },
    element("thead", {}, element("tr", {}, element("td"), both.map((side) => element("th", { scope: "col" }, element("a", { href: addressOfSample(side.run, side.name, side.trial) }, side.title))))),
    element("tbody", {},
      row("Score", both.map(({ data }) => element("td", {}, element("span", { class: `score ${shade(data.score)}` }, data.score === null ? "void" : number(data.score))))),
      nodes(both).map(([title, pair]) => row(title, pair.map(node))),
      fact("Messages", ({ messages }) => messages.length),
      fact("Calls of models", ({ spending }) => spending.calls),
      fact("Cost", ({ spending }) => dollars(spending.cost)),
      fact("Seconds", ({ seconds }) => number(seconds, 1)))));
}

/** What was wanted and what was forbidden, in the order of the first sample; each as it is in both. */
function nodes(both) {
  const title = ({ kind, name }) => ({ minefield: `Minefield: ${name}`, unasked: "Change that nobody asked for" })[kind] ?? name;
  const found = new Map();
  both.forEach(({ data }, side) => data.milestones.forEach((each) => {
    const key = `${each.kind} ${each.number} ${each.name}`;
    if (!found.has(key)) found.set(key, [title(each), [undefined, undefined]]);
    found.get(key)[1][side] = each;
  }));
  return [...found.values()];
}

function node(each) {
  if (each === undefined) return element("td", { class: "note" }, "–");
  const lost = each.kind !== "milestone";
  return element("td", {}, element("span", { class: `score ${lost ? "lost" : shade(each.credit)}` }, lost ? "happened" : number(each.credit, 2)),
    each.losses.map(({ text }) => longText("p", text, { class: "loss" }, 1000)));
}

// -- turn by turn ------------------------------------------------------------------------------------------------------

/** The rows of both conversations; one of them is chosen. */
class Pair {
  constructor(both) {
    this.both = both;
    const [left, right] = both.map(({ data }) => data.messages);
    this.identities = new Map([...identities(left, right), ...identities(right, left)]);
    const identityOf = (message) => this.identities.get(message);
    const turns = aligned(turnsOf(left), turnsOf(right), []).map(([one = [], other = []]) => aligned(one, other, [identityOf, sort]));
    this.rows = [];
    this.element = element("div", { class: "turns" }, turns.map((pairs, at) => this.turn(pairs, at + 1)));
    this.differing = this.rows.filter((row) => row.classList.contains("differs"));
    this.summary = this.summed();
  }

  turn(pairs, at) {
    const rows = pairs.map((pair) => this.row(pair));
    this.rows.push(...rows);
    return element("section", { class: "turn", "aria-label": `Turn ${at}` }, element("h2", {}, `Turn ${at}`), rows);
  }

  row([one, other]) {
    const same = one !== undefined && other !== undefined && this.identities.get(one) === this.identities.get(other);
    if (same && remarks(one) === remarks(other)) return rowOf("same", this.shared(one, other));
    return rowOf("differs", [one, other].map((message, side) => (message === undefined ? element("div", { class: "nothing" })
      : this.cell(message, side, [other, one][side]))));
  }

  /** A message that is the same in both. */
  shared(one, other) {
    const places = one.number === other.number ? [one] : [one, other];
    return article(one, "quiet", ["both", places.map((each, side) => [" ", this.link(each, side)])], content(one));
  }

  cell(message, side, beside) {
    return article(message, `side-${side + 1}${beside && textOf(message) === textOf(beside) ? " quiet" : ""}`, [this.both[side].title, " ", this.link(message, side)], marked(message, beside));
  }

  link({ number: at }, side) {
    const { run, name, trial } = this.both[side];
    return element("a", { href: addressOfSample(run, name, trial, { message: at }), "aria-label": `Message ${at} of ${this.both[side].title}` }, String(at));
  }

  summed() {
    const count = this.differing.length;
    const words = count ? `${count} of ${this.rows.length} steps differ.` : "Both conversations are the same.";
    announce(words);
    const button = (key, title, by) => element("button", { type: "button", "data-key": key, title: `key ${key}`, onclick: () => this.step(by, this.differing) }, title);
    return element("p", { class: "count" }, words, count ? [" ", button("p", "Previous difference", -1), " ", button("n", "Next difference", 1)] : null);
  }

  /** Go on by so many rows of some; from the first one on, in a circle. */
  step(by, rows = this.rows) {
    const place = this.rows.indexOf(this.present);
    const after = rows.findIndex((row) => this.rows.indexOf(row) > place);
    const before = rows.findLastIndex((row) => this.rows.indexOf(row) < place);
    const next = by > 0 ? rows[Math.max(after, 0)] : rows.at(before);
    this.present?.classList.remove("chosen");
    this.present = next;
    next?.classList.add("chosen");
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "center" });
  }
}

function rowOf(kind, ...cells) {
  return element("div", { class: `row ${kind}`, tabindex: -1 }, cells);
}

function article(message, kind, place, said) {
  return element("article", { class: `message ${message.kind} ${message.sender.replaceAll(" ", "-")} ${kind}${message.failed ? " failed" : ""}` },
    element("header", {}, element("span", { class: "role" }, speaker(message)), element("span", { class: "at" }, place)),
    said, (message.remarks ?? []).map(({ text, style }) => longText("p", text, { class: `remark ${style}` }, 1000)));
}

/** Message → what makes it the same as one of the others. An id that only one of both worlds made counts by its order. */
function identities(messages, others) {
  const known = new Set(others.flatMap((message) => identity(message).match(ID) ?? []));
  const own = new Map();
  const numbered = (id) => {
    if (!known.has(id) && !own.has(id)) own.set(id, `own id ${own.size}`);
    return own.get(id) ?? id;
  };
  return new Map(messages.map((message) => [message, identity(message).replace(ID, numbered)]));
}

function identity({ kind, sender, recipient, text, tool, code, arguments: named, failed }) {
  return JSON.stringify([kind, sender, recipient, text, tool, code, named, failed]);
}

/** What stands beside each other although it differs: calls of one tool, results of one tool, texts of one speaker. */
function sort({ kind, sender, tool }) {
  return JSON.stringify([kind, sender, tool]);
}

function remarks(message) {
  return JSON.stringify(message.remarks ?? []);
}

/** What a message says, with the words marked that the one beside it does not have; as it is where little is in common. */
function marked(message, other) {
  const [text, beside] = [message, other].map((each) => (each ? textOf(each) : ""));
  if (!other || sort(message) !== sort(other) || Math.max(text.length, beside.length) > MOST_LETTERS) return content(message);
  const [words, others] = [text, beside].map((each) => each.match(WORDS) ?? []);
  const known = new Set(common(words, others).map(([at]) => at));
  const telling = words.flatMap((word, at) => (/[\p{L}\p{N}]/u.test(word) ? [at] : []));
  if (telling.filter((at) => known.has(at)).length * 2 < telling.length) return content(message);
  const parts = [];
  words.forEach((word, at) => {
    const isNew = !known.has(at);
    if (parts.length && parts.at(-1).isNew === isNew) parts.at(-1).text += word;
    else parts.push({ isNew, text: word });
  });
  const tag = message.kind === "text" ? "p" : "pre";
  return element(tag, { class: "text", dir: "auto" }, parts.map((part) => (part.isNew ? element("mark", {}, part.text) : part.text)));
}

// -- other pairs -------------------------------------------------------------------------------------------------------

/** Links to the pairs of the same runs and trials whose scores differ, before and after this one. */
async function addNeighbours(nav, source, [first, second]) {
  const scores = await Promise.all([first, second].map((side) => scoresOf(source, side)));
  const names = [...scores[0].keys()].filter((name) => name === first.name || (scores[1].has(name) && scores[0].get(name) !== scores[1].get(name)));
  const at = names.indexOf(first.name);
  const link = (name, title, key) => (name === undefined ? [] :
    [element("a", { href: addressOfPair(first.run, second.run, name, first.trial, second.trial), "data-key": key, title: `key ${key}` }, title)]);
  nav.append(...link(names[at - 1], "← before, with other scores", "k"), ...link(names[at + 1], "next with other scores →", "j"));
}

/** Scenario → score, of one run and trial. */
async function scoresOf(source, { run, trial }) {
  const scores = new Map();
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    const found = await source.rows({ where: `run = ${JSON.stringify(run)} and trial = ${trial}`, offset, limit: PAGE });
    const [name, score] = ["name", "score"].map((column) => found.columns.indexOf(column));
    found.rows.forEach((row) => scores.set(row[name], row[score]));
    total = found.total;
  }
  return scores;
}

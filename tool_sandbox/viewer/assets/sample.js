// One sample: the conversation, and beside it the milestones and the world as it was at a message.

import { announce, breakable, dollars, element, longText, number, shade, visible } from "viewer/dom";
import { addressOfList, addressOfSample } from "viewer/address";
import { content, speaker } from "viewer/message";
import { milestonesPart } from "viewer/milestones";
import { othersPart } from "viewer/others";
import { callPart, unansweredPart } from "viewer/calls";
import { scenarioPart } from "viewer/scenario";
import { WorldPart } from "viewer/world";

const PAGE = 1000; // a server gives no more rows at once
const MANY = 200; // so many messages are drawn only as far as they are seen

/** The page of one sample; `question` is that of the list it was reached from, and the message that is wanted. */
export async function samplePage(source, [run, name, trial], { message: _wanted, ...question }) {
  const data = await source.sample(run, name, Number(trial));
  if (data === null) return element("p", { class: "problem", role: "alert" }, `There is no sample ${name} #${trial} in ${run}.`);
  const title = data.trial ? `${data.name} #${data.trial}` : data.name;
  const world = new WorldPart(data.tables);
  const conversation = new Conversation(data, (message) => world.show(message), () => source.calls(run, name, Number(trial)));
  const aside = element("aside", { "aria-label": "Milestones and world", tabindex: -1 },
    milestonesPart(data.milestones, (message) => conversation.go(message)), world.element);
  announce(`${title}, score ${data.score === null ? "none" : number(data.score)}`);
  const page = element("section", { class: "sample", "aria-label": title },
    element("header", {},
      element("nav", { "aria-label": "Samples around this one" }, element("a", { href: addressOfList(question), "data-key": "Escape", title: "key Escape" }, "All samples"),
        await neighbours(source, run, name, Number(trial), question)),
      element("h1", { tabindex: -1 }, breakable(title), " ", element("span", { class: `score ${shade(data.score)}` }, data.score === null ? "void" : number(data.score))),
      data.score === null ? element("p", { class: "problem" }, data.below.find(({ label }) => label === "void")?.text) : null,
      summary(data),
      element("button", { type: "button", class: "jump", onclick: () => { aside.scrollIntoView(); aside.focus({ preventScroll: true }); } }, "To milestones and world ↓"),
      await othersPart(source, run, name, Number(trial)),
      data.messages.length ? scenarioPart(source, run, name, Number(trial)) : null),
    data.missing ? element("p", { class: "problem" }, data.missing) : null,
    element("div", { class: "sides" },
      conversation.element,
      aside));
  page.conversation = conversation;
  page.toPrint = (whole) => whole && page.querySelectorAll("button.more").forEach((button) => button.click());
  return page;
}

function summary(data) {
  const { calls, prompt_tokens: read, completion_tokens: written, cost } = data.spending;
  const asked = calls ? [`${calls} calls`, `${read + written} tokens`, dollars(cost)] : [];
  const facts = [`${data.messages.length} messages`, ...asked, `${number(data.seconds, 1)} s`];
  return element("p", { class: "facts" }, [...facts, ...data.models].join(" · "));
}

/** Links to the sample before and after this one in the list, and to the next that lost points. */
async function neighbours(source, run, name, trial, question) {
  let columns;
  const cell = (row, column) => row[columns.indexOf(column)];
  const failing = (row) => cell(row, "score") === null || cell(row, "score") < 1 - 1e-6;
  const rows = [];
  let at = -1;
  for (let total = 1; rows.length < total && !(at >= 0 && rows.slice(at + 1).some(failing));) {
    const found = await source.rows({ ...question, offset: rows.length, limit: PAGE });
    if (!found.rows.length) break;
    ({ columns, total } = found);
    rows.push(...found.rows);
    at = rows.findIndex((row) => cell(row, "run") === run && cell(row, "name") === name && cell(row, "trial") === trial);
  }
  const link = (row, title, key) => (row === undefined ? null :
    element("a", { href: addressOfSample(cell(row, "run"), cell(row, "name"), cell(row, "trial"), question), "data-key": key, title: `key ${key}` }, title));
  return [
    link(rows[at - 1], "← before", "k"),
    link(rows[at + 1], "next →", "j"),
    link(rows.slice(at + 1).find(failing), "next failing", "n"),
    link(rows.slice(0, Math.max(at, 0)).findLast(failing), "previous failing", "p"),
  ];
}

/** The messages; one of them is chosen, and the world is shown as it was after it. */
class Conversation {
  constructor(data, chosen, calls) {
    Object.assign(this, { chosen, calls, turns: new Map(data.turns.map(({ message, facts }) => [message, facts])), answers: new Map() });
    const first = data.messages.findIndex((message) => message.kind === "text" && message.sender === "user");
    const instructions = data.messages.slice(0, Math.max(first, 0)).filter((message) => message.recipient !== "execution environment");
    const messages = data.messages.slice(Math.max(first, 0));
    this.messages = messages.map((message) => this.message(message));
    this.element = element("div", { class: "conversation" },
      instructions.length ? element("details", { class: "instructions" }, element("summary", {}, "Instructions and task of the simulated user"),
        instructions.map((message) => this.message(message))) : null,
      element("ol", { class: `messages${messages.length > MANY ? " many" : ""}` }, messages.map(({ number: at }, place) => element("li", {}, this.turn(at), this.messages[place]))),
      data.spending.failed_calls ? unansweredPart(calls) : null,
      element("dl", { class: "below" }, data.below.map(({ label, text, style }) => [element("dt", {}, label), longText("dd", text, { class: style }, 2000)])));
  }

  message(message) {
    const { number: at, sender, recipient, kind } = message;
    const item = element("article", { id: `message-${at}`, class: `message ${kind} ${sender.replaceAll(" ", "-")}${message.failed ? " failed" : ""}`, "data-number": at,
      tabindex: kind === "instructions" ? null : 0, "aria-label": `Message ${at}, ${sender} to ${recipient}`,
      onclick: () => this.choose(item), onfocus: () => this.choose(item) },
    element("header", {}, element("span", { class: "role" }, speaker(message)),
      element("span", { class: "at" }, String(at)),
      message.seen_by ? element("span", { class: "note" }, `seen by ${message.seen_by.join(", ") || "nobody"}`) : null),
    content(message),
    message.answered ? this.answered(message) : null,
    (message.remarks ?? []).map(({ text, style }) => longText("p", text, { class: `remark ${style}` }, 1000)));
    return item;
  }

  /** What the turn that begins here took of models. */
  turn(at) {
    const facts = this.turns.get(at);
    return facts ? element("p", { class: "turn-facts" }, ["This turn", ...facts].join(" · ")) : null;
  }

  /** Who answered and what that took; behind it the call. */
  answered({ sender, answered, seconds }) {
    const place = this.answers.get(sender) ?? 0;
    this.answers.set(sender, place + 1);
    return callPart(answered.join(" · "), async () => {
      const calls = (await this.calls()).filter((each) => each.role === sender && each.answered);
      const isIt = (call) => call?.seconds === seconds; // a sample that was begun before has answers that it does not show
      return isIt(calls[place]) ? calls[place] : calls.find(isIt) ?? calls[place];
    });
  }

  choose(item) {
    if (this.present === item) return;
    this.present?.classList.remove("chosen");
    this.present = item;
    item.classList.add("chosen");
    this.chosen(Number(item.dataset.number));
  }

  go(number) {
    const item = this.messages.find((each) => Number(each.dataset.number) === number);
    item?.focus();
    item?.scrollIntoView({ block: "center" });
  }

  step(by) {
    const at = this.messages.indexOf(this.present);
    const next = this.messages[Math.min(Math.max(at + by, 0), this.messages.length - 1)];
    if (next) this.go(Number(next.dataset.number));
  }
}

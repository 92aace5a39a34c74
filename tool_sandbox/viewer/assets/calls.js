// Calls of models: what was asked, what was answered, and what it took to get that.

import { dollars, element, longText, number, visible } from "viewer/dom";

const NOT_KEPT = "The run's journal is not at hand, or does not hold this call: it holds those that tool_sandbox itself made.";
const NO_REQUEST = "The journal was written by an older release, which did not keep requests.";
const NOT_TIMED = "Nobody measured how long it took.";

/** A line that opens to a call; `call` gives it when it is first opened. */
export function callPart(words, call) {
  return opening(words, async () => {
    const found = await call();
    return found ? parts(found) : note(NOT_KEPT);
  });
}

/** A line that opens to the calls that nobody answered. */
export function unansweredPart(calls) {
  return opening("Calls that nobody answered", async () => {
    const failed = (await calls()).filter(({ answered }) => !answered);
    return failed.length ? failed.map(parts) : note("The run's journal keeps calls that were answered or may have been paid for. These were neither; what went wrong stands below.");
  });
}

function opening(words, made) {
  const details = element("details", { class: "answered", ontoggle: async () => {
    if (details.open && details.children.length === 1) details.append(element("div", {}, await made().catch(({ message }) => problem(message))));
  } }, element("summary", {}, words));
  return details;
}

function parts({ asked, sent, answered, error, adjustments, seconds, attempts }) {
  return [
    asked ? wire(sent ? "Request, as it was sent" : answered?.cached ? "Request, answered from the cache" : "Request", asked) : note(NO_REQUEST),
    adjustments.length ? [element("h3", {}, "Changed so that the model takes it"), element("ul", {}, adjustments.map((each) => element("li", {}, visible(each))))] : null,
    wire(answered ? "Response" : "Failure", answered ?? error),
    attempts.length ? [element("h3", {}, "Tries"), element("ol", {}, attempts.map((each) => element("li", {}, tried(each))))] : null,
    seconds === null ? note(NOT_TIMED) : null,
  ];
}

/** One try in words. */
function tried({ status, error, waited, latency, deployment, cost }) {
  const facts = [
    waited ? `after a wait of ${number(waited, 1)} s` : "",
    deployment ?? "",
    status ? `HTTP ${status}` : "",
    `${number(latency, 2)} s`,
    cost === null ? "" : dollars(cost),
    error ?? "answered",
  ];
  return visible(facts.filter(Boolean).join(" · "));
}

function note(words) {
  return element("p", { class: "note" }, words);
}

function problem(words) {
  return element("p", { class: "problem" }, visible(words));
}

function wire(title, data) {
  return [element("h3", {}, title), longText("pre", visible(JSON.stringify(data, null, 2)), { class: "text", tabindex: 0, role: "region", "aria-label": title })];
}

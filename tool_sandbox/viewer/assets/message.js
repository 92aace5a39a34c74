// What a message says, as a person reads it.

import { element } from "viewer/dom";

const LONG = 4000;

/** Who speaks: a role, or the tool whose result it is. */
export function speaker({ kind, tool, sender, recipient }) {
  if (kind === "result") return tool ?? "result";
  return kind === "instructions" ? `to the ${recipient}` : sender;
}

/** The elements of a message; a long one is shown in part until somebody asks for all of it. */
export function content(message) {
  const said = message.text ? shortened(message.text, "p") : [];
  if (message.kind === "call") return [...said, ...shortened(callText(message), "pre")];
  return shortened(message.text, message.kind === "result" ? "pre" : "p");
}

/** All of it as one text. */
export function textOf(message) {
  if (message.kind !== "call") return message.text;
  return [message.text, callText(message)].filter(Boolean).join("\n");
}

function shortened(text, tag) {
  const whole = element(tag, { class: "text", dir: "auto" }, text);
  if (text.length < LONG) return [whole];
  const short = element(tag, { class: "text", dir: "auto" }, `${text.slice(0, LONG)}…`);
  const more = element("button", { type: "button", onclick: () => { short.replaceWith(whole); more.remove(); } }, `Show all ${text.length.toLocaleString("en")} characters`);
  return [short, more];
}

/** A call as a person writes it. */
function callText({ tool, code, arguments: named, real_tool: real }) {
  if (named === undefined) return code || `${tool}(…)`;
  const parts = named.map(([name, value]) => `${name}=${value}`);
  const line = `${tool}(${parts.join(", ")})`;
  const shown = line.length <= 80 ? line : `${tool}(\n${parts.map((part) => `  ${part},\n`).join("")})`;
  return real ? `${shown}   # ${real}` : shown;
}

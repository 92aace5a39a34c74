// What a message says, as a person reads it.

import { longText } from "viewer/dom";

/** Who speaks: a role, or the tool whose result it is. */
export function speaker({ kind, tool, sender, recipient }) {
  if (kind === "result") return tool ?? "result";
  return kind === "instructions" ? `to the ${recipient}` : sender;
}

/** The elements of a message; a long one is shown in part until somebody asks for all of it. */
export function content(message) {
  const text = { class: "text" };
  if (message.kind !== "call") return [longText(message.kind === "result" ? "pre" : "p", message.text, text)];
  return [...(message.text ? [longText("p", message.text, text)] : []), longText("pre", callText(message), text)];
}

/** All of it as one text. */
export function textOf(message) {
  if (message.kind !== "call") return message.text;
  return [message.text, callText(message)].filter(Boolean).join("\n");
}

/** A call as a person writes it. */
function callText({ tool, code, arguments: named, real_tool: real }) {
  if (named === undefined) return code || `${tool}(…)`;
  const parts = named.map(([name, value]) => `${name}=${value}`);
  const line = `${tool}(${parts.join(", ")})`;
  const shown = line.length <= 80 ? line : `${tool}(\n${parts.map((part) => `  ${part},\n`).join("")})`;
  return real ? `${shown}   # ${real}` : shown;
}

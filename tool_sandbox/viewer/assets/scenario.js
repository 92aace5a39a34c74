// A sample as a scenario file to begin with: copied, and shown.

import { announce, element, longText } from "viewer/dom";

/** A button, and below it what it was asked for. */
export function scenarioPart(source, run, name, trial) {
  const told = element("p", { class: "note" });
  const text = element("pre", { class: "text", tabindex: 0, hidden: true, "aria-label": "The scenario file" });
  const say = (words) => {
    told.textContent = words;
    announce(words);
  };
  const button = element("button", { type: "button", onclick: async () => {
    button.disabled = true;
    say("It is being made and proved…");
    try {
      const made = await source.scenario(run, name, trial);
      const whole = made.text ?? made.command;
      text.replaceChildren(longText("code", whole));
      text.hidden = false;
      const copied = await isCopied(whole);
      const what = made.text ? "The scenario" : "A report does not hold scenarios. The command that prints this one (with the run's directory for DIR)";
      say(copied ? `${what} is copied.` : `${what} stands here to be copied.`);
    } catch (error) {
      say(error.message);
    }
    button.disabled = false;
  } }, "Copy as a scenario");
  return element("div", { class: "scenario" }, button, told, text);
}

/** Whether the clipboard took it; a page may be denied that. */
async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// Elements from data. Text is only ever text: nothing that a model wrote becomes HTML.

/** An element with attributes, listeners (`onclick: f`) and children: elements, texts, or lists of them. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const SHORT = 4000;
const STEP = 200000;

/** An element with a text; of a long one the beginning, and a button that shows the rest, in steps that a browser bears. */
export function longText(tag, text, attributes = {}, short = SHORT) {
  const made = element(tag, { dir: "auto", ...attributes });
  const show = (until) => {
    const end = text.length <= until ? text.length : until - /[\ud800-\udbff]/.test(text[until - 1]);
    made.replaceChildren(text.slice(0, end));
    if (end === text.length) return;
    const next = Math.min(text.length, Math.ceil((end + 2) / STEP) * STEP);
    const all = next === text.length ? "Show all" : `Show ${next.toLocaleString("en")} of`;
    made.append("… ", element("button", { type: "button", class: "more", onclick: () => { show(next); (made.querySelector("button") ?? made.closest("[tabindex]"))?.focus({ preventScroll: true }); } },
      `${all} ${text.length.toLocaleString("en")} characters`));
  };
  show(short);
  return made;
}

/** A text whose characters that are not seen, or turn its direction, are written as what they are. */
export function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => ("\n\t\u200c\u200d".includes(character) ? character
    : `\\u${character.codePointAt(0).toString(16).padStart(4, "0")}`));
}

/** A name that may go on in another line after each of its words. */
export function breakable(name) {
  return name.split("_").flatMap((word, at) => (at ? ["_", element("wbr"), word] : [word]));
}

/** A number with so many digits; a dash where there is none. */
export function number(value, digits = 3) {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

export function dollars(value) {
  if (value === null || value === undefined) return "–";
  return `$${value === 0 || value >= 1 ? value.toFixed(2) : Number(value.toPrecision(2))}`;
}

/** The class that colours a score: met, partly or lost; void without one. */
export function shade(score) {
  if (score === null || score === undefined) return "void";
  return score > 1 - 1e-6 ? "met" : score > 0 ? "partly" : "lost";
}

/** What screen readers are told, politely. */
export function announce(text) {
  document.getElementById("announcement").textContent = text;
}

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

// What stands behind # in the address of a page: links that can be kept and sent.

export function addressOfList(question = {}) {
  return `#/samples${asked(question)}`;
}

export function addressOfSample(run, name, trial, question = {}) {
  return `#/sample/${[run, name, trial].map(encodeURIComponent).join("/")}${asked(question)}`;
}

/** Two samples of a scenario side by side: of two runs, or two trials. */
export function addressOfPair(run, other, name, trial, otherTrial = trial) {
  const trials = otherTrial === trial ? [trial] : [trial, otherTrial];
  return `#/pair/${[run, other, name, ...trials].map(encodeURIComponent).join("/")}`;
}

/** The parts of the present address: `page`, `parts` and `question`. */
export function presentAddress() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page, ...parts] = path.split("/").map(decoded);
  return { page, parts, question: Object.fromEntries(new URLSearchParams(query)) };
}

/** A part of an address; one that was cut off somewhere stays as it is. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function asked(question) {
  const known = Object.entries(question).filter(([, value]) => value);
  return known.length ? `?${new URLSearchParams(known)}` : "";
}

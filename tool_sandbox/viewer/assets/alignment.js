// Two lists beside each other: what is in both, in the same order, and what stands in its place where they differ.

const MOST_CELLS = 4_000_000;

/** Messages in the user's turns: each begins with what the user says. What comes before the first is left out. */
export function turnsOf(messages) {
  const turns = [];
  for (const message of messages) {
    if (message.kind === "text" && message.sender === "user") turns.push([]);
    turns.at(-1)?.push(message);
  }
  return turns;
}

/**
 * Pairs of what stands beside each other, with undefined where there is nothing.
 * First goes together what has the same first key; what lies between by the next key; the rest by position.
 */
export function aligned(left, right, keys) {
  if (!keys.length) return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [left[at], right[at]]);
  const [key, ...others] = keys;
  const pairs = [];
  let [fromLeft, fromRight] = [0, 0];
  for (const [one, other] of [...common(left.map(key), right.map(key)), [left.length, right.length]]) {
    pairs.push(...aligned(left.slice(fromLeft, one), right.slice(fromRight, other), others));
    if (one < left.length) pairs.push([left[one], right[other]]);
    [fromLeft, fromRight] = [one + 1, other + 1];
  }
  return pairs;
}

/** The positions in both lists of as many equal items as possible, in order; of huge lists only begin and end count. */
export function common(left, right) {
  let begin = 0;
  while (begin < left.length && begin < right.length && left[begin] === right[begin]) begin++;
  let end = 0;
  while (end < Math.min(left.length, right.length) - begin && left.at(-1 - end) === right.at(-1 - end)) end++;
  const [rows, columns] = [left.length - begin - end, right.length - begin - end];
  const found = Array.from({ length: begin }, (_, at) => [at, at]);
  if (rows * columns <= MOST_CELLS) {
    const between = longest(left.slice(begin, begin + rows), right.slice(begin, begin + columns));
    found.push(...between.map(([one, other]) => [one + begin, other + begin]));
  }
  for (let at = end; at > 0; at--) found.push([left.length - at, right.length - at]);
  return found;
}

/** The longest common subsequence: the lengths of those of all ends of both lists, then the way along them. */
function longest(left, right) {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let one = left.length - 1; one >= 0; one--) {
    for (let other = right.length - 1; other >= 0; other--) {
      const at = one * width + other;
      lengths[at] = left[one] === right[other] ? lengths[at + width + 1] + 1 : Math.max(lengths[at + width], lengths[at + 1]);
    }
  }
  const found = [];
  for (let one = 0, other = 0; one < left.length && other < right.length;) {
    const at = one * width + other;
    if (left[one] === right[other]) found.push([one++, other++]);
    else if (lengths[at + width] >= lengths[at + 1]) one++;
    else other++;
  }
  return found;
}

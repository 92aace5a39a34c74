// What took points, in groups: by reason, scenario, category or presentation, the costliest first.
// The rules are those of the package's viewer/groups.py; one list of cases tries both.

/** What samples can be grouped by → the column that holds it. */
export const GROUPINGS = { reason: "reason", scenario: "base", category: "category", presentation: "presentation" };

const EXAMPLES = 5;
const SHOWN = ["run", "name", "trial", "why"];

/** Groups that lost something: `name`, `points` of the mean score, how many `samples`, and `examples`. */
export function groups(rows, columns, by) {
  if (!Object.hasOwn(GROUPINGS, by)) throw new Error(`samples are not grouped by '${by}'; there are ${Object.keys(GROUPINGS).join(", ")}.`);
  const cells = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
  const scored = cells.filter(({ score }) => score !== null);
  const found = new Map();
  for (const each of scored) {
    for (const [name, points] of lostBy(each, by)) {
      if (!found.has(name)) found.set(name, []);
      found.get(name).push({ ...Object.fromEntries(SHOWN.map((column) => [column, each[column]])), points });
    }
  }
  const made = [...found].map(([name, lost]) => ({
    name,
    points: rounded(lost.reduce((sum, { points }) => sum + points, 0) / scored.length, 6),
    samples: lost.length,
    examples: lost.toSorted((one, other) => other.points - one.points).slice(0, EXAMPLES),
  }));
  return made.toSorted((one, other) => other.points - one.points || (one.name < other.name ? -1 : 1));
}

/** The groups in which a sample lost points, and how many of its own score. */
function lostBy(cells, by) {
  if (by === "reason") return cells.reason.map((name, at) => [name, cells.points[at]]);
  const held = cells[GROUPINGS[by]];
  return cells.score < 1 ? [held].flat().map((name) => [name, rounded(1 - cells.score, 4)]) : [];
}

function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

// The other samples of a scenario: its trials, and those of other runs; each by itself or side by side with this one.

import { element, number, shade } from "viewer/dom";
import { addressOfPair, addressOfSample } from "viewer/address";

const AT_ONCE = 6;

/** Links from one sample to the others of its scenario; nothing where there is no other. */
export async function othersPart(source, run, name, trial) {
  const { columns, rows } = await source.rows({ where: `name = ${JSON.stringify(name)}`, limit: 1000 });
  const cells = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
  const others = cells.filter((each) => each.name === name && !(each.run === run && each.trial === trial));
  if (!others.length) return null;
  const several = cells.some((each) => each.trial > 0);
  return element("details", { class: "others", open: others.length <= AT_ONCE },
    element("summary", {}, `${others.length} other ${others.length === 1 ? "sample" : "samples"} of this scenario`),
    element("ul", {}, others.map((each) => element("li", {},
      element("a", { href: addressOfSample(each.run, name, each.trial) }, nameOf(each, run, several)), " ",
      element("span", { class: `score ${shade(each.score)}` }, each.void ? "void" : number(each.score)), " ",
      element("a", { href: addressOfPair(run, each.run, name, trial, each.trial) }, "side by side",
        element("span", { class: "unseen" }, ` with ${nameOf(each, run, several)}`))))));
}

function nameOf(each, run, several) {
  if (each.run === run) return `trial ${each.trial}`;
  return several ? `${each.run} #${each.trial}` : each.run;
}

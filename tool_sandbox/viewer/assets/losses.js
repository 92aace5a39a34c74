// The list in groups: what took how many points, and examples of it.

import { breakable, element, number } from "viewer/dom";
import { addressOfList, addressOfSample } from "viewer/address";
import { GROUPINGS } from "viewer/groups";

const LEAST = 0.0005; // less is shown as nothing

/** The groups of the samples that a list shows, the costliest first. */
export async function lossesPart(source, question) {
  const { group: by, where, search } = question;
  const groups = await source.groups(question);
  if (!groups.length) return element("p", { class: "note" }, "None of them lost points.");
  return element("div", { class: "losses" }, groups.map((group, at) => {
    const inGroup = `${GROUPINGS[by]} = ${JSON.stringify(group.name)} and score < 1`;
    const these = { where: where ? `(${where}) and ${inGroup}` : inGroup, search };
    return element("details", { open: at === 0 },
      element("summary", {}, taken(group.points), " ", element("span", {}, group.name), " ", element("span", { class: "note" }, counted(group.samples))),
      element("ul", {}, group.examples.map((each) => example(each, these))),
      element("p", {}, element("a", { href: addressOfList(these) }, group.samples > group.examples.length ? `All ${counted(group.samples)}` : "As a list")));
  }));
}

function example({ run, name, trial, points, why }, question) {
  return element("li", {}, taken(points), " ",
    element("a", { href: addressOfSample(run, name, trial, question) }, breakable(trial ? `${name} #${trial}` : name)), " ", element("span", { class: "note" }, [document.body.dataset.runs > 1 && run, why].filter(Boolean).join(" · ")));
}

/** Points that were lost; of what took none, as a minefield that a score of 0 walked into, no sign stands before it. */
function taken(points) {
  return points < LEAST ? element("span", { class: "note" }, `\u2007${number(0)}`) : element("span", { class: "lost" }, `−${number(points)}`);
}

function counted(samples) {
  return `${samples} ${samples === 1 ? "sample" : "samples"}`;
}

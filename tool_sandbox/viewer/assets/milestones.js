// The milestones in the order in which they have to come, each with what it counts for and what took points.

import { element, longText, number, shade } from "viewer/dom";

/** The part of a page about milestones; `go` is told the message that a person wants to see. */
export function milestonesPart(nodes, go) {
  if (!nodes.length) return null;
  const milestones = nodes.filter((node) => node.kind === "milestone");
  const names = new Map(milestones.map((node) => [node.number, node.name]));
  const steps = byDepth(milestones);
  return element("section", { class: "milestones" }, element("h2", {}, "Milestones"),
    element("ol", { class: "steps" }, steps.map((step) => element("li", {}, step.map((node) => milestone(node, names, go))))),
    nodes.filter((node) => node.kind !== "milestone").map((node) => milestone(node, names, go)));
}

/** Milestones that may come at the same time stand beside each other. */
function byDepth(nodes) {
  const known = new Map(nodes.map((node) => [node.number, node]));
  const depths = new Map();
  const depth = (node) => {
    if (!depths.has(node.number)) {
      depths.set(node.number, 0);
      depths.set(node.number, Math.max(0, ...(node.after ?? []).map((before) => (known.has(before) ? depth(known.get(before)) + 1 : 0))));
    }
    return depths.get(node.number);
  };
  const steps = [];
  for (const node of nodes) (steps[depth(node)] ??= []).push(node);
  return steps.filter(Boolean);
}

function milestone(node, names, go) {
  const lost = { minefield: "Minefield: ", unasked: "Change that nobody asked for" }[node.kind];
  const after = (node.after ?? []).map((before) => names.get(before)).filter(Boolean);
  const place = node.message === null ? null : element("button", { type: "button", class: "place", onclick: () => go(node.message) }, `message ${node.message}`);
  return element("article", { class: `milestone ${lost ? "lost" : shade(node.credit)}` },
    element("h3", {}, lost ?? "", node.kind === "unasked" ? null : node.name, lost ? null : element("span", { class: "credit" }, number(node.credit, 2))),
    element("p", { class: "note" }, after.length ? `after ${after.join(", ")} ` : "", place),
    node.losses.map((loss) => longText("p", loss.text, { class: "loss" }, 1000)),
    node.fault ? element("p", { class: "note" }, `Fault of the ${node.fault.party}: ${node.fault.why}`) : null);
}

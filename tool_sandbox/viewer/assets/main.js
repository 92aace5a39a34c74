// One page with four faces: what a run came to, its samples, one of them, and two side by side. The address says which.

import { presentAddress } from "viewer/address";
import { element } from "viewer/dom";
import { listPage } from "viewer/list";
import { pairPage } from "viewer/pair";
import { samplePage } from "viewer/sample";
import { FileSource, ServerSource } from "viewer/source";

const main = document.getElementById("main");
const overview = document.getElementById("overview");
const shell = document.body.dataset;
const source = shell.source === "server" ? new ServerSource() : new FileSource();
let latest = 0;
let before = "";
let isOld = false; // the overview
let isDrawn = false;

async function show({ keepPlace = false } = {}) {
  const mine = (latest += 1);
  const { page, parts, question } = presentAddress();
  document.body.setAttribute("aria-busy", "true");
  const shown = await pageOf(page, parts, question).catch(problem);
  if (mine !== latest) return; // somebody has gone on meanwhile
  const stays = document.activeElement?.dataset.stays;
  main.replaceChildren(shown);
  mark(page);
  const came = before;
  before = location.hash;
  if (!keepPlace) await focus(shown, stays, came);
  if (!keepPlace && question.message) shown.conversation?.go?.(Number(question.message));
  document.body.removeAttribute("aria-busy");
}

/** Focus what was focused before, such as a field; the row of a sample that somebody comes back from; or the heading. */
async function focus(shown, stays, came) {
  scrollTo(0, 0);
  const same = stays && shown.querySelector(`[data-stays="${CSS.escape(stays)}"]`);
  if (same) same.focus({ preventScroll: true });
  else if (!(await shown.placed?.(came))) (shown.querySelector("h1") ?? main).focus({ preventScroll: true });
}

function problem(error) {
  const said = source.live ? `${error.message}. Is tool_sandbox view still running?` : error.message;
  return element("p", { class: "problem", role: "alert" }, said);
}

async function pageOf(page, parts, question) {
  if (page === "samples") return listPage(source, question, { severalRuns: Number(shell.runs) > 1 });
  if (page === "sample") return samplePage(source, parts, question);
  if (page === "pair") return pairPage(source, parts);
  return overview;
}

function mark(page) {
  for (const link of document.querySelectorAll("body > header nav a")) {
    const here = link.getAttribute("href") === (page ? "#/samples" : "#/");
    if (here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Keys: j and k go through samples, n and p through failing ones, arrows with Alt through messages, / to the filter. */
function onKey(event) {
  if (event.ctrlKey || event.metaKey) return;
  const page = main.firstElementChild;
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (/^(input|textarea|select)$/i.test(event.target.tagName)) {
    if (event.key === "Escape") (page?.querySelector(".rows") ?? page?.querySelector("h1"))?.focus();
    return;
  }
  const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (link) link.click();
  else if (event.key === "/") {
    event.preventDefault();
    const field = main.querySelector("input[name=where]");
    if (field) field.focus();
    else location.hash = "#/samples";
  } else if ("jk".includes(event.key)) page?.step?.(event.key === "j" ? 1 : -1);
  else if (event.altKey && event.key in steps) {
    event.preventDefault();
    page?.conversation?.step(steps[event.key]);
  }
}

/** Draw the overview as it is now, and again if a run grows meanwhile. */
async function drawOverview() {
  isOld = true;
  if (isDrawn) return;
  isDrawn = true;
  try {
    while (isOld) await fetchOverview();
  } finally {
    isDrawn = false;
  }
}

async function fetchOverview() {
  isOld = false;
  const answer = await fetch("/overview");
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("overview");
  const hadFocus = overview.contains(document.activeElement);
  overview.replaceChildren(...fresh.childNodes);
  if (hadFocus) overview.querySelector("h1").focus({ preventScroll: true });
}

/** Draw what has grown: the list where it stands, and the overview, which takes longer; a conversation that somebody reads stays. */
async function onGrown() {
  drawOverview().catch(() => undefined); // it stays as it was, and is drawn when a run grows again
  if (presentAddress().page !== "samples") return;
  const before = main.querySelector(".rows")?.scrollTop ?? 0;
  const focused = document.activeElement?.name;
  if (focused) return; // somebody is writing a filter
  await show({ keepPlace: true });
  main.querySelector(".rows")?.scrollTo(0, before);
}

if (source.live) new EventSource(`/api/events?samples=${shell.samples}`).addEventListener("grown", onGrown);
addEventListener("hashchange", () => show());
addEventListener("keydown", onKey);
addEventListener("beforeprint", () => main.firstElementChild?.toPrint?.(true));
addEventListener("afterprint", () => main.firstElementChild?.toPrint?.(false));
await show();
if ("awaited" in overview.dataset) await drawOverview().catch((error) => overview.append(problem(error)));

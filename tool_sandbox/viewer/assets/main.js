// One page with four faces: what a run came to, its samples, one of them, and two side by side. The address says which.

import { presentAddress } from "viewer/address";
import { listPage } from "viewer/list";
import { pairPage } from "viewer/pair";
import { samplePage } from "viewer/sample";
import { FileSource, ServerSource } from "viewer/source";

const main = document.getElementById("main");
const overview = document.getElementById("overview");
const shell = document.body.dataset;
const source = shell.source === "server" ? new ServerSource() : new FileSource();
let latest = 0;

async function show({ keepPlace = false } = {}) {
  const mine = (latest += 1);
  const { page, parts, question } = presentAddress();
  document.body.setAttribute("aria-busy", "true");
  const shown = await pageOf(page, parts, question);
  if (mine !== latest) return; // somebody has gone on meanwhile
  main.replaceChildren(shown);
  mark(page);
  document.body.removeAttribute("aria-busy");
  if (keepPlace) return;
  (shown.querySelector("h1") ?? main).focus({ preventScroll: true });
  scrollTo(0, 0);
  if (question.message) shown.conversation?.go?.(Number(question.message));
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
  if (event.ctrlKey || event.metaKey || /^(input|textarea|select)$/i.test(event.target.tagName)) return;
  const link = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const conversation = main.firstElementChild?.conversation;
  if (link) link.click();
  else if (event.key === "/") {
    event.preventDefault();
    const field = main.querySelector("input[name=where]");
    if (field) field.focus();
    else location.hash = "#/samples";
  } else if (conversation && ["ArrowDown", "ArrowUp"].includes(event.key) && event.altKey) {
    event.preventDefault();
    conversation.step(event.key === "ArrowDown" ? 1 : -1);
  }
}

/** Draw what has grown: the overview anew, the list where it stands; a conversation that somebody reads stays. */
async function onGrown() {
  const answer = await fetch("/overview");
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("overview");
  overview.replaceChildren(...fresh.childNodes);
  if (presentAddress().page !== "samples") return;
  const before = main.querySelector(".rows")?.scrollTop ?? 0;
  const focused = document.activeElement?.name;
  if (focused) return; // somebody is writing a filter
  await show({ keepPlace: true });
  main.querySelector(".rows")?.scrollTo(0, before);
}

if (source.live) new EventSource("/api/events").addEventListener("grown", onGrown);
addEventListener("hashchange", () => show());
addEventListener("keydown", onKey);
await show();

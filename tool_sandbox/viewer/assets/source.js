// Where the pages get their data: out of this file, or from the server that serves them.

import { matcher } from "viewer/filter";
import { groups } from "viewer/groups";

/** The data beside a page that is one file: rows as JSON, conversations in packed chunks. */
export class FileSource {
  constructor() {
    this.live = false;
    this.table = null;
    this.chunks = new Map();
  }

  async rows({ where = "", search = "", sort = "", offset = 0, limit = 200 }) {
    const { columns, rows } = await this.chosen(where, search);
    return { total: rows.length, columns, rows: inOrder(rows, columns, sort).slice(offset, offset + limit) };
  }

  /** What took points in the samples of a list, the costliest first. */
  async groups({ where = "", search = "", group }) {
    const { columns, rows } = await this.chosen(where, search);
    return groups(rows, columns, group);
  }

  async chosen(where, search) {
    const { columns, rows } = await this.all();
    const matches = matcher(where, columns);
    const found = search ? await this.containing(search) : null;
    return { columns, rows: rows.filter((row, at) => matches(row) && (found === null || found.has(at))) };
  }

  async sample(run, name, trial) {
    const { columns, rows } = await this.all();
    const at = rows.findIndex((row) => isSample(row, columns, run, name, trial));
    if (at < 0) return null;
    const { size, kept } = this.packing;
    const data = kept[at] < 0 ? null : (await this.chunk(Math.floor(kept[at] / size)))[kept[at] % size];
    return data ?? leftOut(Object.fromEntries(columns.map((column, cell) => [column, rows[at][cell]])), this.packing.left_out);
  }

  /** What models were asked for a sample, and what they answered; nothing where the file does not hold it. */
  async calls(run, name, trial) {
    const { columns, rows } = await this.all();
    const { size, kept, calls } = this.packing;
    const place = kept[rows.findIndex((row) => isSample(row, columns, run, name, trial))];
    const number = Math.floor(place / size);
    return place < 0 || number >= calls ? [] : whole((await unpacked(`calls-${number}`))[place % size]);
  }

  /** A scenario is made by the package: the file says how to ask for it. */
  async scenario(_run, name, trial) {
    return { command: `tool_sandbox view DIR '${name}#${trial}' --as-scenario` };
  }

  async all() {
    if (this.table === null) {
      this.packing = JSON.parse(document.getElementById("packing").textContent);
      this.table = unpacked("rows");
    }
    return this.table;
  }

  async chunk(number) {
    if (!this.chunks.has(number)) this.chunks.set(number, unpacked(`chunk-${number}`));
    return this.chunks.get(number);
  }

  /** The positions of the rows whose conversations contain a text. */
  async containing(search) {
    const wanted = search.toLowerCase();
    const byPlace = new Map(this.packing.kept.map((place, at) => [place, at]));
    const found = new Set();
    const { size, chunks } = this.packing;
    for (let number = 0; number < chunks; number++) {
      (await this.chunk(number)).forEach((sample, at) => {
        if (sample.messages.some((message) => textOf(message).includes(wanted))) {
          found.add(byPlace.get(number * size + at));
        }
      });
    }
    return found;
  }
}

/** The same from a server, which filters, sorts and searches itself. */
export class ServerSource {
  constructor() {
    this.live = true;
  }

  async rows(question) {
    return this.get("/api/samples", question);
  }

  async groups({ where = "", search = "", group }) {
    return this.get("/api/groups", { where, search, group });
  }

  async sample(run, name, trial) {
    return this.get("/api/sample", { run, name, trial });
  }

  async calls(run, name, trial) {
    return whole(await this.get("/api/calls", { run, name, trial }));
  }

  /** The sample as a scenario file to begin with. */
  async scenario(run, name, trial) {
    return this.get("/api/scenario", { run, name, trial });
  }

  async get(path, question) {
    const url = new URL(path, location.href);
    for (const [name, value] of Object.entries(question)) if (value !== "") url.searchParams.set(name, value);
    const answer = await fetch(url);
    if (answer.status === 404) return null;
    const data = await answer.json();
    if (!answer.ok) throw new Error(data.error);
    return data;
  }
}

export function isSample(row, columns, run, name, trial) {
  const cell = (column) => row[columns.indexOf(column)];
  return cell("run") === run && cell("name") === name && cell("trial") === trial;
}

/** What a page shows of a sample of which a file holds its row alone. */
function leftOut({ name, trial, score, seconds, calls, tokens, cost, why }, missing) {
  const spending = { calls, prompt_tokens: tokens, completion_tokens: 0, cost };
  const below = score === null ? [{ label: "void", text: why, style: "error" }] : [];
  return { name, trial, score, seconds, spending, below, missing, models: [], messages: [], turns: [], tables: [], milestones: [] };
}

/** Calls with all of their requests, of which what they have in common is there once. */
function whole({ calls, items }) {
  const list = ([name, places]) => [name, places.map((at) => items[at])];
  return calls.map((call) => ({ ...call, asked: call.asked && { ...call.asked.fields, ...Object.fromEntries(Object.entries(call.asked.lists).map(list)) } }));
}

/** Rows by `column` or `-column`; those without a value last. */
function inOrder(rows, columns, sort) {
  const falling = sort.startsWith("-");
  const at = columns.indexOf(falling ? sort.slice(1) : sort);
  if (at < 0) return rows;
  const compared = (one, other) => (typeof one === "string" ? one.localeCompare(other) : one - other);
  return rows.toSorted((first, second) => {
    const [one, other] = [first[at], second[at]];
    if (one === null || other === null) return (one === null) - (other === null);
    return falling ? compared(other, one) : compared(one, other);
  });
}

function textOf(message) {
  const said = (message.arguments ?? []).map(([name, value]) => `${name}=${value}`);
  return [message.text, message.code ?? "", message.tool ?? "", ...said].join("\n").toLowerCase();
}

/** The JSON in a script element, gzip and base64. */
async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

// An agent that plays over HTTP, in TypeScript without any package. Node 22.18 and later run it as it is:
//
//     tool_sandbox serve -u oracle -s switch_wifi_off --port 8765
//     node agent.ts http://127.0.0.1:8765/v1
//
// Replace `answer` by your agent. It gets the conversation and the tools in OpenAI's chat format, and returns an
// assistant's message in the same format.

interface ToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

type Message =
  | { role: "system" | "user"; content: string }
  | { role: "tool"; tool_call_id: string; name: string; content: string }
  | AssistantMessage;

interface AssistantMessage {
  role: "assistant";
  content: string | null;
  tool_calls?: ToolCall[];
}

interface Tool {
  type: "function";
  function: { name: string; description: string; parameters: object };
}

interface Result {
  status: "scored" | "void";
  score: number | null;
  cause: string | null;
}

interface Sample {
  id: string;
  scenario: string;
  trial: number;
  turn: number;
  done: boolean;
  messages: Message[];
  tools: Tool[] | null;
  result: Result | null;
}

interface Problem {
  status: number;
  code: string;
  detail: string;
}

/** What the server refused, and why. */
class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** What plays the user, carries out the calls and keeps the score. */
class Server {
  private readonly url: string;
  private readonly headers: Record<string, string>;

  constructor(url: string, token: string | undefined) {
    this.url = url.replace(/\/$/, "");
    this.headers = { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  }

  /** One sample after the other, until none is left. */
  async *samples(): AsyncGenerator<Sample> {
    for (;;) {
      try {
        yield await this.post<Sample>("/samples", {});
      } catch (error) {
        if (error instanceof Refused && error.problem.code === "nothing_left") return;
        throw error;
      }
    }
  }

  /** Takes a turn. A turn that is sent twice is played once, so that one may try again when the connection breaks. */
  takeTurn(sample: Sample, turn: number, message: AssistantMessage): Promise<Sample> {
    return this.post<Sample>(`/samples/${sample.id}/messages`, { ...message, turn });
  }

  private async post<Answer>(path: string, body: object): Promise<Answer> {
    const answer = await fetch(this.url + path, { method: "POST", headers: this.headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Refused((await answer.json()) as Problem);
    return (await answer.json()) as Answer;
  }
}

/** Plays a sample to its end. */
async function play(server: Server, sample: Sample): Promise<Result> {
  const conversation: Message[] = [...sample.messages];
  let state = sample;
  while (!state.done) {
    const said = answer(conversation, sample.tools ?? []);
    state = await server.takeTurn(sample, state.turn, said);
    conversation.push(said, ...state.messages);
  }
  return state.result as Result;
}

/** Switches off the Wi-Fi, whatever it is asked: this is where your agent comes in. */
function answer(conversation: Message[], tools: Tool[]): AssistantMessage {
  if (conversation.at(-1)?.role === "tool") return { role: "assistant", content: "Wi-Fi is off now." };
  const name = "set_wifi_status";
  if (!tools.some((tool) => tool.function.name === name)) return { role: "assistant", content: "I cannot do that." };
  const call: ToolCall = { id: "call_1", type: "function", function: { name, arguments: JSON.stringify({ on: false }) } };
  return { role: "assistant", content: null, tool_calls: [call] };
}

const url = process.argv[2] ?? process.env.TOOL_SANDBOX_URL ?? "http://127.0.0.1:8765/v1";
const server = new Server(url, process.env.TOOL_SANDBOX_TOKEN);
for await (const sample of server.samples()) {
  const { status, score } = await play(server, sample);
  console.log(sample.scenario, sample.trial, status, score);
}

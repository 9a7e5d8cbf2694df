import { printable, printableJson } from "../core/printable.ts";
import { type Command, type Context, exitCode, UsageError } from "./command.ts";
import { lookOf } from "./look.ts";
import { ask } from "./status/ask.ts";
import { renderSnapshot } from "./status/render.ts";
import { readSnapshot } from "./status/snapshot.ts";

const options = {
  json: { type: "boolean", help: "print the whole snapshot as JSON" },
  url: { type: "string", value: "URL", help: "ask the agent at this address\n(default http://localhost:8000)" },
} as const;

export const status: Command<typeof options> = {
  name: "status",
  summary: "show the mounts that the agent holds",
  usage: ["[--json] [--url URL]"],
  description: `Asks the agent for its snapshot and prints a table of its mounts: state, since when, source, target, used and
whole space, mounts stacked at the target; below a mount that is not healthy, why and what to do; below each, the pods
of the node that use it.

Exit codes: 0 every mount is ready, 1 not ready or no agent answers.

Environment:
  HTTP_PORT   port of the agent on localhost, when --url is not given (default 8000)
  NO_COLOR    when it is not empty, no colours`,
  options,
  operands: "none",
  run: async ({ values }, { environment, out, err }) => {
    const base = baseOf(values.url, environment);
    const url = new URL("api/v1/status", base);
    neverProxyLoopback();
    const answer = await ask(url);
    const snapshot = answer.ok ? readSnapshot(answer.value) : null;
    if (!answer.ok || snapshot === null) {
      const why = answer.ok ? "answered JSON that is no snapshot: that is no agent of Mooring" : answer.why;
      await err(
        `mooring status: asked ${printable(url.href)}: ${printable(why)}\n` +
          "Is the agent running? On a laptop: mooring run. In a cluster: kubectl exec POD -- mooring status.\n" +
          "If it listens elsewhere: --url URL or HTTP_PORT.\n",
      );
      return exitCode.failed;
    }
    if (values.json) await out(`${printableJson(JSON.stringify(answer.value, null, 2))}\n`);
    else await out(renderSnapshot(snapshot, lookOf(process.stdout, environment), Date.now()));
    return snapshot.ready ? exitCode.ok : exitCode.failed;
  },
};

type Environment = Context["environment"];

/** The address that the paths of the API are relative to; it may have a path, as behind a proxy. */
const baseOf = (given: string | undefined, environment: Environment): URL => {
  if (given === undefined) return new URL(`http://localhost:${portOf(environment)}/`);
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new UsageError(`--url '${printable(given, 80)}' is no address; want one such as http://localhost:8000`);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
};

const portOf = ({ HTTP_PORT: given = "8000" }: Environment): number => {
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (port < 1 || port > 65_535)
    throw new UsageError(`HTTP_PORT is '${printable(given, 80)}'; want a port from 1 to 65535`);
  return port;
};

/** Bun's fetch sends even localhost through HTTP_PROXY; no proxy can know what listens here. */
const neverProxyLoopback = (): void => {
  const loopback = "localhost,127.0.0.1,::1,[::1]";
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const before = process.env[name];
    process.env[name] = before ? `${before},${loopback}` : loopback;
  }
};

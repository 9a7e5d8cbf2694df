import { afterEach } from "bun:test";
import type { Status } from "../../agent/core/status.ts";
import type { Trace, TraceBody } from "../../agent/core/trace.ts";
import { type Api, makeApi } from "../../agent/kubernetes/api.ts";
import { Difficulty } from "../../agent/kubernetes/difficulty.ts";
import { nodeJson } from "../core/report/examples.ts";
import { mountStatus, statusOf } from "../http/example-status.ts";
import { patience, until as untilSeen } from "../kernel/harness/until.ts";
import { FakeCluster } from "./fake-cluster.ts";

/** A fake API server, an Api that talks to it, and everything that was told. */
export interface Scene {
  cluster: FakeCluster;
  api: Api;
  told: Trace[];
  tell(body: TraceBody): void;
  status: Status;
  difficulty(): Difficulty;
  /** Runs when the test ends, whatever becomes of it. */
  later(end: () => unknown): void;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

export const REQUEST_MS = 200;

export const scene = (): Scene => {
  const cluster = new FakeCluster(nodeJson());
  ends.push(() => cluster.stop());
  const told: Trace[] = [];
  const tell = (body: TraceBody): void => void told.push({ ...body, at: Date.now(), pass: 0 });
  const api = makeApi({
    cluster: { server: cluster.url, credentials: async () => ({ token: "secret", tls: {} }) },
    userAgent: "mooring/test",
    timeoutMs: REQUEST_MS,
    tell,
  });
  const backoff = { minMs: 20, maxMs: 80 };
  return {
    cluster,
    api,
    told,
    tell,
    status: statusOf([mountStatus("dumps")]),
    difficulty: () => new Difficulty({ part: "marks", backoff, random: () => 0.5, tell }),
    later: (end) => void ends.push(end),
  };
};

/** What was told of one kind. */
export const toldOf = <K extends Trace["kind"]>({ told }: Scene, kind: K): Extract<Trace, { kind: K }>[] =>
  told.filter((trace): trace is Extract<Trace, { kind: K }> => trace.kind === kind);

/** Waits for a condition that says what it is by itself. */
export const until = (condition: () => boolean, deadline = patience): Promise<unknown> =>
  untilSeen(condition, { what: condition.toString(), deadline });

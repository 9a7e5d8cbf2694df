import { describe, expect, test } from "bun:test";
import { makeApi, path } from "../../agent/kubernetes/api.ts";
import { messageOf } from "../kernel/harness/until.ts";
import type { Fault } from "./fake-cluster.ts";
import { REQUEST_MS, type Scene, scene, toldOf } from "./scene.ts";

const get = { verb: "get", path: "/api/v1/nodes/worker-1" } as const;

describe("a question", () => {
  test("carries the token, the kind of patch and the body", async () => {
    const { api, cluster } = scene();
    const reply = await api.ask({
      verb: "patch",
      patch: "strategic",
      path: `${get.path}/status`,
      body: { metadata: {} },
    });
    expect(reply.kind).toBe("ok");
    expect(cluster.seen[0]).toMatchObject({
      method: "PATCH",
      token: "secret",
      type: "application/strategic-merge-patch+json",
      body: { metadata: {} },
    });
  });

  test("is counted with its outcome", async () => {
    const it = scene();
    await it.api.ask(get);
    await it.api.ask({ verb: "get", path: "/api/v1/nothing" });
    it.cluster.fault = () => ({ kind: "status", status: 503 });
    await it.api.ask(get);
    expect(toldOf(it, "kubernetesRequest").map(({ verb, outcome }) => `${verb} ${outcome}`)).toEqual([
      "get ok",
      "get 404",
      "get failed",
    ]);
  });

  test("names in a path stay one part of it", () => {
    expect(path`/api/v1/nodes/${"../secrets?x=1#y"}/status`).toBe("/api/v1/nodes/..%2Fsecrets%3Fx%3D1%23y/status");
  });
});

describe("an answer", () => {
  const ask = async (fault: Fault) => {
    const { api, cluster } = scene();
    cluster.fault = () => fault;
    return api.ask(get);
  };

  test.each([401, 403, 404, 409, 410, 422])("%d is a no, in the server's own words", async (status) => {
    const reply = await ask({ kind: "status", status, message: "nodes is forbidden" });
    expect(reply).toEqual({ kind: "refused", status, why: `${status}: nodes is forbidden` });
  });

  test.each([429, 500, 502, 503, 504])("%d is silence: ask later", async (status) => {
    expect((await ask({ kind: "status", status })).kind).toBe("silent");
  });

  test("Retry-After is passed on, nonsense in it is not", async () => {
    const after = (value: string): Fault => ({ kind: "status", status: 429, headers: { "Retry-After": value } });
    expect(await ask(after("7"))).toMatchObject({ retryAfterMs: 7000 });
    expect(await ask(after("tomorrow"))).toMatchObject({ retryAfterMs: null });
    expect(await ask(after("-1"))).toMatchObject({ retryAfterMs: null });
  });

  test("none in time is silence, after that time", async () => {
    const startedAt = performance.now();
    expect(await ask({ kind: "hang" })).toEqual({ kind: "silent", why: "no answer in time", retryAfterMs: null });
    const took = performance.now() - startedAt;
    expect(took).toBeGreaterThan(REQUEST_MS * 0.9);
    expect(took).toBeLessThan(REQUEST_MS * 5);
  });

  test.each([{ kind: "reset" }, { kind: "garbage" }] as Fault[])("%j is silence with a reason", async (fault) => {
    const reply = await ask(fault);
    expect(reply.kind).toBe("silent");
    expect("why" in reply && reply.why).toBeTruthy();
  });

  test("slow is fine while it is in time", async () => {
    expect((await ask({ kind: "slow", ms: REQUEST_MS / 4 })).kind).toBe("ok");
  });

  test("from nobody is silence", async () => {
    const { api, cluster } = scene();
    await cluster.stop();
    expect((await api.ask(get)).kind).toBe("silent");
  });

  const answering = (answer: (request: Request) => Response) => {
    const { later, tell } = scene();
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
    later(() => server.stop(true));
    const cluster = {
      server: `http://127.0.0.1:${server.port}`,
      credentials: async () => ({ token: "secret", tls: {} }),
    };
    return makeApi({ cluster, userAgent: "x", timeoutMs: 2000, tell });
  };

  test("without end is cut off", async () => {
    const block = new Uint8Array(1024 * 1024);
    const api = answering(() => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(block) })));
    const reply = await api.ask(get);
    expect(reply).toMatchObject({ kind: "silent", why: "the answer is larger than 8388608 bytes" });
  });

  test("that sends the token elsewhere is not followed", async () => {
    const seen: string[] = [];
    const api = answering((request) => {
      seen.push(new URL(request.url).pathname);
      return new Response(null, { status: 302, headers: { Location: "/elsewhere" } });
    });
    expect((await api.ask(get)).kind).toBe("silent");
    expect(seen).toEqual([get.path]);
  });

  test("of a refusal without a Status object is told as it is, not all of it", async () => {
    const api = answering(() => new Response("x".repeat(5000), { status: 403 }));
    const reply = await api.ask(get);
    expect(reply).toMatchObject({ kind: "refused", why: `403: ${"x".repeat(500)}` });
  });
});

describe("a stream", () => {
  const open = (it: Scene, signal = new AbortController().signal) =>
    it.api.open({ verb: "watch", path: "/api/v1/pods", query: { watch: "true", resourceVersion: "100" } }, signal);

  test("comes bit by bit, beyond the time for one answer", async () => {
    const it = scene();
    const stream = await open(it);
    if (stream.kind !== "open") throw new Error(stream.why);
    const chunks = stream.chunks[Symbol.asyncIterator]();
    await chunks.next();
    const next = chunks.next();
    await Bun.sleep(REQUEST_MS * 2);
    it.cluster.tellWatches("late");
    expect(new TextDecoder().decode((await next).value)).toBe("late\n");
  });

  test("that never begins is silence", async () => {
    const it = scene();
    it.cluster.fault = () => ({ kind: "hang" });
    expect(await open(it)).toMatchObject({ kind: "silent", why: "no answer in time" });
  });

  test("ends when it is told to", async () => {
    const it = scene();
    const ending = new AbortController();
    const stream = await open(it, ending.signal);
    if (stream.kind !== "open") throw new Error(stream.why);
    const rest = (async () => {
      for await (const _ of stream.chunks);
    })();
    ending.abort();
    expect(await messageOf(rest)).toContain("abort");
  });
});

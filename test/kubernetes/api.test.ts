import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeApi, path } from "../../agent/kubernetes/api.ts";
import {
  clusterFor,
  clusterOfKubeconfig,
  clusterOfPod,
  hasToken,
  namespaceOfPod,
} from "../../agent/kubernetes/cluster.ts";
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
    expect(await messageOf(rest)).toContain("");
  });
});

describe("credentials", () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), "mooring-token-"));
    scene().later(() => rmSync(made, { recursive: true }));
    return made;
  };
  const environment = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443" };

  test("of a pod are read again each time: tokens rotate", async () => {
    const at = folder();
    writeFileSync(join(at, "token"), "one\n");
    writeFileSync(join(at, "ca.crt"), "CA");
    writeFileSync(join(at, "namespace"), "storage\n");
    const cluster = clusterOfPod(environment, at);
    expect(cluster?.server).toBe("https://[fd00::1]:6443");
    expect((await cluster?.credentials())?.token).toBe("one");
    writeFileSync(join(at, "token"), "two");
    expect(await cluster?.credentials()).toEqual({ token: "two", tls: { ca: Buffer.from("CA") } });
    expect(await namespaceOfPod(at)).toBe("storage");
    expect(await hasToken(environment, at)).toBeTrue();
  });

  test("that are not there: not in a pod, or a pod without a token", async () => {
    const at = folder();
    expect(await hasToken(environment, at)).toBeFalse();
    expect(await hasToken({}, at)).toBeFalse();
    expect(clusterOfPod({}, at)).toBeNull();
    expect(clusterOfPod({ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, at)?.server).toBe("https://10.0.0.1:443");
    expect(await namespaceOfPod(at)).toBeNull();
    expect(await messageOf(clusterFor({}))).toContain("set KUBECONFIG");
  });

  test("missing at the moment of a question is silence", async () => {
    const cluster = clusterOfPod(environment, folder());
    if (cluster === null) throw new Error("no cluster");
    const api = makeApi({ cluster, userAgent: "x", timeoutMs: 500, tell: () => {} });
    expect(await api.ask(get)).toMatchObject({ kind: "silent", why: expect.stringContaining("ENOENT") });
  });

  const openssl = (at: string, ...argv: string[]) => {
    const ended = Bun.spawnSync(["openssl", ...argv], { cwd: at, stderr: "pipe" });
    if (ended.exitCode !== 0) throw new Error(ended.stderr.toString());
  };
  const subject = (name: string, more: string[]) => ["-subj", `/CN=${name}`, "-days", "2", "-nodes", ...more];

  test("of a kubeconfig: its CA and client certificate are used, and no other CA is believed", async () => {
    const at = folder();
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    openssl(at, "req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", ...subject("ca", []));
    openssl(at, "req", "-x509", ...key, "-keyout", "other.key", "-out", "other.crt", ...subject("other", []));
    for (const [name, san] of [
      ["server", "IP:127.0.0.1"],
      ["client", "DNS:client"],
    ] as const)
      openssl(
        at,
        "req",
        "-x509",
        ...key,
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.crt`,
        ...subject(name, ["-addext", `subjectAltName=${san}`, "-addext", "basicConstraints=critical,CA:FALSE"]),
      );
    const read = (name: string) => readFileSync(join(at, name), "utf8");
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: {
        key: read("server.key"),
        cert: read("server.crt"),
        ca: read("ca.crt"),
        requestCert: true,
        rejectUnauthorized: true,
      },
      fetch: () => Response.json({ hello: true }),
    });
    scene().later(() => server.stop(true));
    const kubeconfig = (ca: string) => {
      const data = (name: string) => Buffer.from(read(name)).toString("base64");
      writeFileSync(
        join(at, "config"),
        `apiVersion: v1
kind: Config
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:${server.port}/", certificate-authority-data: ${data(ca)}}}]
users: [{name: u, user: {client-certificate-data: ${data("client.crt")}, client-key-data: ${data("client.key")}}}]
`,
      );
      return clusterFor({ KUBECONFIG: join(at, "config") });
    };
    const ask = async (ca: string) =>
      makeApi({ cluster: await kubeconfig(ca), userAgent: "x", timeoutMs: 5000, tell: () => {} }).ask(get);
    expect(await ask("ca.crt")).toEqual({ kind: "ok", body: { hello: true } });
    expect(await ask("other.crt")).toMatchObject({ kind: "silent", why: expect.stringMatching(/certificate|CERT/i) });
  });

  test("of a kubeconfig with a token", async () => {
    const at = join(folder(), "config");
    writeFileSync(
      at,
      `apiVersion: v1
kind: Config
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://h:1", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: abc}}]
`,
    );
    expect(await (await clusterOfKubeconfig(at)).credentials()).toEqual({
      token: "abc",
      tls: { rejectUnauthorized: false },
    });
  });

  test("of a kubeconfig that names no context, or is not there", async () => {
    const at = join(folder(), "config");
    expect(await messageOf(clusterOfKubeconfig(at))).toContain("");
    writeFileSync(at, "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n");
    expect(await messageOf(clusterOfKubeconfig(at))).toContain("has no current context");
  });
});

import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeApi } from "../../agent/kubernetes/api.ts";
import {
  clusterFor,
  clusterOfKubeconfig,
  clusterOfPod,
  hasToken,
  namespaceOfPod,
} from "../../agent/kubernetes/cluster.ts";
import { messageOf } from "../kernel/harness/until.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { scene } from "./scene.ts";

const get = { verb: "get", path: "/api/v1/nodes/worker-1" } as const;

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
    writeFileSync(at, kubeconfigOf("https://h:1"));
    expect(await (await clusterOfKubeconfig(at)).credentials()).toEqual({
      token: "abc",
      tls: { rejectUnauthorized: false },
    });
  });

  test("of a kubeconfig that names no context, or is not there", async () => {
    const at = join(folder(), "config");
    expect(await messageOf(clusterOfKubeconfig(at))).toContain(at);
    writeFileSync(at, "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n");
    expect(await messageOf(clusterOfKubeconfig(at))).toContain("has no current context");
  });
});

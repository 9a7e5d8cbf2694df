import { describe, expect, spyOn, test } from "bun:test";
import { type AppOptions, makeApp } from "../../agent/http/app.tsx";
import { absent, condition, mountStatus, now, statusOf } from "./example-status.ts";

const healthy = statusOf([mountStatus("dumps"), mountStatus("traces")]);
const broken = statusOf([mountStatus("dumps"), absent("traces")]);
const appOf = (options: Partial<AppOptions> = {}) =>
  makeApp({ status: () => healthy, live: () => true, metrics: () => "a 1\n", now: () => now, ...options });
const paths = ["/", "/livez", "/healthz", "/readyz", "/metrics", "/api/v1/status"];

describe("/livez", () => {
  test("is 200 while the keeper answers, whatever the mounts are like", async () => {
    for (const path of ["/livez", "/healthz"]) {
      const response = await appOf({ status: () => broken }).request(path);
      expect([response.status, await response.text()]).toEqual([200, "live\n"]);
    }
  });

  test("is 503 when the keeper does not", async () => {
    const response = await appOf({ live: () => false }).request("/livez");
    expect([response.status, await response.text()]).toEqual([
      503,
      "not live: the keeper does not answer its heartbeat\n",
    ]);
  });
});

describe("/readyz", () => {
  const readyz = async (options: Partial<AppOptions>, accept?: string) => {
    const response = await appOf(options).request("/readyz", accept === undefined ? {} : { headers: { accept } });
    return { code: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };

  test("says how many mounts are ready", async () => {
    expect(await readyz({})).toEqual({ code: 200, type: "text/plain; charset=utf-8", text: "ready: 2 mounts\n" });
  });

  test("says which mount is not, for how long, and why", async () => {
    const { code, text } = await readyz({ status: () => broken });
    expect([code, text]).toEqual([
      503,
      "not ready: 1 of 2 mounts cannot be used\n" +
        "traces: Absent/SourceNotMounted for 42 s: no claim is mounted at /volumes/traces: " +
        "see whether its pod volume is bound, or set sourceMustBeMount: false\n",
    ]);
  });

  test("counts a degraded mount as ready, and one that is attached but not verified as not", async () => {
    const degraded = condition("dumps", "Degraded", "BytesLow", "412 MiB are free");
    expect((await readyz({ status: () => statusOf([mountStatus("dumps", { condition: degraded })]) })).code).toBe(200);
    const unverified = { verified: false, condition: condition("dumps", "Unknown", "NotYetVerified", "not yet") };
    const { code, text } = await readyz({ status: () => statusOf([mountStatus("dumps", unverified)]) });
    expect([code, text]).toEqual([
      503,
      "not ready: 1 of 1 mount cannot be used\ndumps: Unknown/NotYetVerified for 3 h: not yet\n",
    ]);
  });

  test("is 503 when the keeper does not answer, since the snapshot may be old", async () => {
    const { code, text } = await readyz({ live: () => false });
    expect([code, text]).toEqual([503, "not ready: the keeper does not answer, so nothing is known\n"]);
  });

  test("is JSON for those who ask for that, and text for everybody else", async () => {
    const asJson = ["application/json", "application/json;q=0.9, text/html;q=0.1", "text/plain;q=0.1,application/json"];
    for (const accept of asJson) {
      const { code, type, text } = await readyz({ status: () => broken }, accept);
      expect([code, type]).toEqual([503, "application/json; charset=utf-8"]);
      expect(JSON.parse(text)).toEqual({
        ready: false,
        summary: "not ready: 1 of 2 mounts cannot be used",
        unready: [absent("traces").condition],
      });
    }
    for (const accept of [
      "*/*",
      "text/plain",
      "text/*",
      "image/png",
      "",
      ",;q=",
      "application/json;q=0",
      "a".repeat(9999),
    ])
      expect((await readyz({}, accept)).type).toBe("text/plain; charset=utf-8");
  });

  test("shows hostile text as it is, on one line", async () => {
    const odd = condition("dumps", "Wrong", "ForeignMount", "\u001b[2J\nready: 9 mounts\u202e\udcff", now);
    const { text } = await readyz({
      status: () => statusOf([mountStatus("dumps", { condition: odd, attached: false })]),
    });
    expect(text.split("\n")[1]).toBe("dumps: Wrong/ForeignMount for 0 s: \\u{1b}[2J\\nready: 9 mounts\\u{202e}\\xff");
  });
});

test("/metrics has the content type that Prometheus wants", async () => {
  const response = await appOf().request("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await response.text()).toBe("a 1\n");
});

test("/api/v1/status is the snapshot; inode numbers are strings, since JSON's numbers would round them", async () => {
  const response = await appOf().request("/api/v1/status");
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const answer = JSON.parse(await response.text());
  expect(answer.mounts[0].identity.inode).toBe("9007199254740993");
  answer.mounts.forEach((mount: { identity: { inode: unknown } }) => {
    mount.identity.inode = BigInt(String(mount.identity.inode));
  });
  expect(answer).toEqual(healthy);
});

test("HEAD gives what GET gives, without the body", async () => {
  for (const path of paths) {
    const get = await appOf().request(path);
    const head = await appOf().request(path, { method: "HEAD" });
    expect(head.status).toBe(get.status);
    expect([...head.headers]).toEqual([...get.headers]);
    expect(Number(head.headers.get("content-length"))).toBe((await get.arrayBuffer()).byteLength);
    expect(await head.text()).toBe("");
  }
});

test("nothing changes anything: every other method is 405 and says what is allowed", async () => {
  for (const path of paths)
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
      const response = await appOf().request(path, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
});

test("an unknown path is 404 and lists what there is", async () => {
  for (const path of ["/nope", "/livez/", "//", "/metrics/../x", "/%00", "/api/v2/status", `/${"a".repeat(10_000)}`]) {
    const response = await appOf().request(path);
    const text = await response.text();
    expect(response.status).toBe(404);
    for (const each of paths) expect(text).toContain(`  ${each} `);
  }
});

test("no answer is kept by anybody, taken for another type, or told where a link came from", async () => {
  for (const path of [...paths, "/nope"]) {
    const { headers } = await appOf().request(path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }
});

test("a fault inside is told on standard error and not to whoever asks", async () => {
  const told = spyOn(console, "error").mockImplementation(() => {});
  try {
    const fault = new Error("secret");
    const response = await appOf({ metrics: () => Promise.reject(fault) }).request("/metrics");
    expect([response.status, await response.text()]).toEqual([
      500,
      "the agent could not answer; its standard error says why\n",
    ]);
    expect(told).toHaveBeenCalledWith(fault);
  } finally {
    told.mockRestore();
  }
});

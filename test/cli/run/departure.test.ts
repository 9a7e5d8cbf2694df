import { expect, test } from "bun:test";
import { type Departure, depart } from "../../../agent/cli/run/departure.ts";
import { configFrom } from "../../core/config/read.ts";

interface Given {
  policy?: "keep" | "release";
  comesBack?: boolean;
  unlock?: boolean;
  /** How often the API server keeps silent before it says what becomes of the pod. */
  silences?: number;
  /** One list of consumers for each look; the last one stays. */
  consumers?: string[][];
  graceMs?: number;
  left?: string[];
  withoutKubernetes?: true;
  exit?: string;
}

/** Leaves, and keeps what happened in its order. */
const leaving = async ({
  policy = "keep",
  comesBack = true,
  unlock = false,
  consumers = [[]],
  graceMs = 120_000,
  left = [],
  silences = 0,
  ...given
}: Given) => {
  const happened: string[] = [];
  const note = (what: string) => void happened.push(what);
  let asked = 0;
  const looks = [...consumers];
  const look = () => (looks.length > 1 ? looks.shift() : looks[0]) ?? [];
  const departure: Departure = {
    signal: "SIGTERM",
    config: configFrom(`mounts: [{name: dumps, source: /s, target: /t}]\nexit: ${given.exit ?? "auto"}`),
    kubernetes: given.withoutKubernetes
      ? null
      : {
          changed: () => {},
          configure: () => {},
          hear: () => {},
          consumers: look,
          apart: () => null,
          allConsumers: look,
          decideExit: async (withinMs) => {
            note(`decide within ${withinMs} ms`);
            const isOpen = asked++ < silences;
            return { policy: isOpen ? "keep" : policy, comesBack, unlock, why: "because", isOpen };
          },
          graceMs: () => graceMs,
          end: async (back) => note(`end ${back ? "stopped" : "taken back"}`),
        },
    abortWhatHangs: async () => note("abort"),
    sync: async () => note("sync"),
    release: async () => {
      note("release");
      return left;
    },
    stopProbing: () => note("stop probing"),
    purge: () => note("purge"),
    allow: (ms) => note(`allow ${Math.round(ms / 1000)} s`),
    tell: (trace) => note(`tell ${trace.kind}${"policy" in trace ? ` ${trace.policy}` : ""}`),
  };
  const code = await depart(departure);
  return { happened, code };
};

test("what is kept is kept, and the node is told", async () => {
  expect(await leaving({})).toEqual({
    happened: [
      "decide within 1000 ms",
      "tell exitDecided keep",
      "tell stopping keep",
      "abort",
      "stop probing",
      "end stopped",
      "tell stopped",
    ],
    code: 0,
  });
});

test("what is released is released before anything is told, and the marks go", async () => {
  expect((await leaving({ policy: "release", comesBack: false })).happened).toEqual([
    "decide within 1000 ms",
    "tell exitDecided release",
    "tell stopping release",
    "abort",
    "allow 124 s",
    "sync",
    "release",
    "stop probing",
    "end taken back",
    "tell stopped",
  ]);
});

test("a slow API server is asked on once the pod is known to be deleted, each time longer", async () => {
  const { happened } = await leaving({ policy: "release", silences: 2 });
  expect(happened.slice(0, 5)).toEqual([
    "decide within 1000 ms",
    "allow 10 s",
    "decide within 2000 ms",
    "decide within 4000 ms",
    "tell exitDecided release",
  ]);
});

test("one that never answers is asked for as long as the grace period leaves time, and the mounts are kept", async () => {
  const { happened } = await leaving({ policy: "release", silences: Number.POSITIVE_INFINITY, graceMs: 11_000 });
  expect(happened.filter((what) => what.startsWith("decide")).length).toBeGreaterThan(3);
  expect(happened).toContain("tell exitDecided keep");
  expect(happened).not.toContain("release");
  const short = await leaving({ silences: 1, graceMs: 5000 });
  expect(short.happened.slice(0, 3)).toEqual(["decide within 1000 ms", "allow 2 s", "tell exitDecided keep"]);
});

test("consumers are waited for, as long as there are any", async () => {
  const { happened } = await leaving({ policy: "release", consumers: [["a/b"], ["a/b"], []] });
  expect(happened).toContain("tell waitingForConsumers");
  expect(happened.indexOf("tell waitingForConsumers")).toBeLessThan(happened.indexOf("release"));
  expect(happened).not.toContain("tell releasedInUse");
});

test("10 s before the grace period ends it lets go whoever still uses it, and names who", async () => {
  const startedAt = performance.now();
  const { happened } = await leaving({ policy: "release", consumers: [["a/b"]], graceMs: 10_500 });
  expect(performance.now() - startedAt).toBeGreaterThan(490);
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(happened.slice(-5)).toEqual(["release", "tell releasedInUse", "stop probing", "end stopped", "tell stopped"]);
});

test("a short grace period leaves no time to wait", async () => {
  const { happened } = await leaving({ policy: "release", consumers: [["a/b"]], graceMs: 5000 });
  expect(happened).not.toContain("tell waitingForConsumers");
  expect(happened).toContain("tell releasedInUse");
});

test("bare directories are unlocked once everything is released, and only then", async () => {
  const { happened } = await leaving({ policy: "release", comesBack: false, unlock: true });
  expect(happened.indexOf("purge")).toBe(happened.indexOf("release") + 1);
  const stuck = await leaving({ policy: "release", comesBack: false, unlock: true, left: ["/t"] });
  expect(stuck.happened).not.toContain("purge");
  expect(stuck.code).toBe(1);
});

test.each([
  ["auto", false],
  ["keep", false],
  ["release", true],
])("without Kubernetes exit: %s decides alone", async (exit, releases) => {
  const { happened } = await leaving({ withoutKubernetes: true, exit });
  expect(happened.includes("release")).toBe(releases);
  expect(happened).not.toContain("tell exitDecided keep");
});

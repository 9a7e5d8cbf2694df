import { expect, test } from "bun:test";
import { type Departure, depart } from "../../../agent/cli/run/departure.ts";
import { configFrom } from "../../core/config/read.ts";

interface Given {
  policy?: "keep" | "release";
  comesBack?: boolean;
  unlock?: boolean;
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
  ...given
}: Given) => {
  const happened: string[] = [];
  const note = (what: string) => void happened.push(what);
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
          allConsumers: look,
          decideExit: async () => ({ policy, comesBack, unlock, why: "because" }),
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
    happened: ["tell exitDecided keep", "tell stopping keep", "abort", "stop probing", "end stopped", "tell stopped"],
    code: 0,
  });
});

test("what is released is released before anything is told, and the marks go", async () => {
  expect((await leaving({ policy: "release", comesBack: false })).happened).toEqual([
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

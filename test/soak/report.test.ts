import { describe, expect, test } from "bun:test";
import { report } from "./report.ts";
import type { Played, Results } from "./results.ts";
import type { Walked } from "./walk/walk.ts";

const figures = { p50: 0.1, p99: 0.2, max: 0.3 };
const played: Played = {
  plays: 100,
  failed: 0,
  lostBytes: 0,
  foreignTouched: [],
  extraMounts: 0,
  heals: [0.1, 0.2],
  counts: { swaps: 12 },
};
const walked: Walked = {
  faults: { umount: 3, "umount -l": 5 },
  heals: [0.1],
  deaths: 1,
  lostBytes: 0,
  foreignTouched: [],
  mounts: { before: 6, after: 6 },
  agent: { before: { rssMiB: 80, descriptors: 16 }, after: { rssMiB: 84.9, descriptors: 16 } },
};
const crowded = {
  events: 6000,
  cpu: 1.5,
  rssMiB: { before: 60, after: 62 },
  heals: { alone: figures, crowded: figures },
};

const resultsWith = ({
  scenario = {},
  walk = {},
  ...rest
}: {
  scenario?: Partial<Played>;
  walk?: Partial<Walked>;
} & Partial<Results> = {}): Results => ({
  scenarios: new Map([["unmounted", { ...played, ...scenario }]]),
  walks: [{ ...walked, ...walk }],
  walksFailed: 0,
  crowded,
  leftOutside: 0,
  ...rest,
});

describe("the report", () => {
  test("shows what happened, and finds nothing off where all is well", () => {
    const { text, faults } = report(resultsWith());
    expect(faults).toEqual([]);
    for (const part of [
      "unmounted",
      "unmounted: 12 swaps",
      "umount -l",
      "| faults",
      "84.9",
      "left outside of their machines: 0",
    ])
      expect(text).toContain(part);
    expect(text.indexOf("umount -l")).toBeLessThan(text.indexOf("umount  "));
  });

  test.each<[string, Parameters<typeof resultsWith>[0]]>([
    ["1 plays or walks failed", { scenario: { failed: 1 } }],
    ["1 plays or walks failed", { walksFailed: 1 }],
    ["11 bytes lost", { scenario: { lostBytes: 11 } }],
    ["22 bytes lost", { walk: { lostBytes: 22 } }],
    [
      "foreign mounts touched: theirs is no longer mounted",
      { walk: { foreignTouched: ["theirs is no longer mounted"] } },
    ],
    ["the mounts of 1 machines are not as many as before", { scenario: { extraMounts: -1 } }],
    ["the mounts of 1 machines are not as many as before", { walk: { mounts: { before: 6, after: 7 } } }],
    ["1 mounts are left on this computer", { leftOutside: 1 }],
    ["the agent grew by 5 MiB or more", { walk: { agent: grown({ rssMiB: 85 }) } }],
    ["the agent holds more or fewer descriptors than before", { walk: { agent: grown({ descriptors: 17 }) } }],
  ])("finds off: %s", (what, results) => {
    expect(report(resultsWith(results)).faults).toEqual([what]);
  });
});

function grown(after: { rssMiB?: number; descriptors?: number }): Walked["agent"] {
  const before = { rssMiB: 80, descriptors: 16 };
  return { before, after: { ...before, ...after } };
}

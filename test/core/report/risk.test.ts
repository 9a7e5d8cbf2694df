import { describe, expect, test } from "bun:test";
import { type Gap, reachesOf, riskOf } from "../../../agent/core/report/reach.ts";
import { dumps, type Given, podOf, start } from "./pods.ts";

describe("what a consumer will not see", () => {
  const gap: Gap = { from: start - 60_000, to: start + 60_000 };
  const risk = (given: Given, gaps: Gap[] = []) => {
    const pod = podOf(given);
    const [reach] = reachesOf(pod, [dumps]);
    return reach === undefined ? null : (riskOf(pod, reach, dumps.hostPath, gaps)?.risk ?? null);
  };
  const slave = { mountPropagation: "HostToContainer" };
  const point = "/var/lib/mooring/dumps";
  const below = `${point}/app`;

  // The table of docs/kubernetes.md: started while mounted, started on the bare directory.
  test.each([
    ["the parent, HostToContainer", { mount: slave }, null, null],
    ["the point, HostToContainer", { path: point, mount: slave }, "CannotFollow", "CannotFollow"],
    ["the parent, none", {}, "CannotFollow", "OnBareDirectory"],
    ["the point, none", { path: point }, "CannotFollow", "OnBareDirectory"],
    ["below, none", { path: below }, null, "OnBareDirectory"],
    ["below, HostToContainer", { path: below, mount: slave }, null, "OnBareDirectory"],
  ] as const)("%s", (_, given, whileMounted, onBare) => {
    expect(risk({ ...given, startedAt: start + 120_000 }, [gap])).toBe(whileMounted);
    expect(risk({ ...given, startedAt: start }, [gap])).toBe(onBare);
  });

  test("a start close to the edge of a gap proves nothing", () => {
    for (const startedAt of [gap.from + 1000, gap.to - 1000])
      expect(risk({ path: below, startedAt }, [gap])).toBeNull();
  });

  test("who has not started is on nothing yet", () => {
    expect(risk({ path: below }, [gap])).toBeNull();
  });

  test("before the first attach it was away since ever", () => {
    expect(risk({ path: below, startedAt: start }, [{ from: 0, to: start + 60_000 }])).toBe("OnBareDirectory");
  });

  test("the advice names pod, container and the fix", () => {
    const pod = podOf({ path: point });
    const [reach] = reachesOf(pod, [dumps]);
    const advice = reach && riskOf(pod, reach, dumps.hostPath, [])?.advice;
    expect(advice).toBe(
      "container app of pod apps/one shows /var/lib/mooring/dumps without propagation, so it never sees a healed mount: mount the parent /var/lib/mooring with mountPropagation: HostToContainer",
    );
  });
});

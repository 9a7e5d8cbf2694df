import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decideExit } from "../../../agent/core/exit/decide.ts";
import { claimsBehind } from "../../../agent/core/exit/successor.ts";
import { readOwnPod, readWorkload } from "../../../agent/core/exit/workload.ts";
import { daemon, deleting, found, must, podOf, shared } from "./examples.ts";

test("the claims behind the sources, each once", () => {
  const pod = podOf("StatefulSet");
  const mounts = ["/volumes/dumps", "/volumes/dumps/sub", "/nowhere"].map((source) => ({ source }));
  expect(claimsBehind(pod, mounts)).toEqual(["c"]);
  expect(claimsBehind(podOf("DaemonSet", {}, shared), mounts)).toEqual([]);
});

describe("reading a pod and a workload", () => {
  test("the grace period: of the deletion, of the pod, or the default", () => {
    expect(podOf("DaemonSet").graceSeconds).toBe(120);
    expect(podOf("DaemonSet", { ...deleting, deletionGracePeriodSeconds: 5 }).graceSeconds).toBe(5);
    expect(podOf("DaemonSet", {}, { terminationGracePeriodSeconds: null }).graceSeconds).toBe(30);
  });

  test("whether the hook wants to unlock", () => {
    expect(podOf("DaemonSet", { annotations: { "mooring.dev/unlock": "true" } }).unlock).toBeTrue();
    expect(podOf("DaemonSet", { annotations: { "mooring.dev/unlock": "yes" } }).unlock).toBeFalse();
  });

  test("nonsense is neither, and makes no decision throw", () => {
    for (const body of [null, [], 7, {}, { metadata: { uid: "a", name: "b" } }]) expect(readOwnPod(body)).toBeNull();
    for (const body of [null, [], 7, {}]) expect(readWorkload(body)).toBeNull();
    const shape = fc.record({ metadata: fc.record({ uid: fc.constant("owner-uid") }), spec: fc.anything() });
    fc.assert(
      fc.property(shape, shape, (workload, pod) => {
        const self = readOwnPod({ ...pod, metadata: { ...podOf("DaemonSet"), ...pod.metadata } });
        const facts = daemon({ self, workload: found(must(readWorkload(workload))) });
        expect(["keep", "release"]).toContain(decideExit(facts).policy);
      }),
    );
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readPod } from "../../../agent/core/report/pod.ts";
import { reachesOf } from "../../../agent/core/report/reach.ts";
import { dumps, podJson, podOf, traces } from "./pods.ts";

describe("who is a consumer", () => {
  test.each([
    ["/var/lib/mooring/dumps", "point"],
    ["/var/lib/mooring/dumps/", "point"],
    ["//var/lib/./mooring//dumps", "point"],
    ["/var/lib/mooring/dumps/app", "below"],
    ["/var/lib/mooring", "parent"],
    ["/var/lib/mooring/", "parent"],
    ["/var/lib", null],
    ["/", null],
    ["/var/lib/mooring/dumps2", null],
    ["/var/lib/moor", null],
    ["relative", null],
  ])("a volume of %s", (path, way) => {
    expect(reachesOf(podOf({ path }), [dumps]).map((reach) => reach.way)).toEqual(way === null ? [] : ([way] as never));
  });

  test("a claim counts where the configuration says what lies behind it, in its own namespace", () => {
    const json = podJson();
    const pod = {
      ...json,
      spec: { ...json.spec, volumes: [{ name: "v", persistentVolumeClaim: { claimName: "dumps" } }] },
    };
    const volume = { namespace: "apps", claim: "dumps", path: "/var/lib/mooring/dumps/one" };
    const waysOf = (...volumes: (typeof volume)[]) =>
      reachesOf(readPod(pod, volumes) ?? podOf(), [dumps]).map(({ way }) => way);
    expect(waysOf(volume)).toEqual(["below"]);
    expect(waysOf({ ...volume, namespace: "others" }, { ...volume, claim: "data" })).toEqual([]);
    expect(readPod(pod)?.mounts).toEqual([]);
  });

  test("a parent reaches every mount in it", () => {
    expect(reachesOf(podOf(), [dumps, traces]).map(({ mount }) => mount)).toEqual(["dumps", "traces"]);
  });

  test("a sub path is where it leads to, and is bound by itself", () => {
    const mount = { subPath: "dumps/app", mountPropagation: "HostToContainer" };
    const [reach] = reachesOf(podOf({ mount }), [dumps]);
    expect([reach?.way, reach?.through.path, reach?.through.propagation]).toEqual([
      "below",
      "/var/lib/mooring/dumps/app",
      "None",
    ]);
  });

  test("an expression counts up to its first variable", () => {
    const [reach] = reachesOf(podOf({ mount: { subPathExpr: "dumps/x-$(POD_NAME)/y" } }), [dumps]);
    expect(reach?.through.path).toBe("/var/lib/mooring/dumps");
    const [plain] = reachesOf(podOf({ mount: { subPathExpr: "dumps/x" } }), [dumps]);
    expect(plain?.through.path).toBe("/var/lib/mooring/dumps/x");
  });

  test("whoever mounts Bidirectional makes mounts: another agent, no consumer", () => {
    expect(reachesOf(podOf({ mount: { mountPropagation: "Bidirectional" } }), [dumps])).toEqual([]);
  });

  test("a volume that no container shows is not used", () => {
    expect(reachesOf(podOf({ container: { volumeMounts: [] } }), [dumps])).toEqual([]);
  });

  test("init containers count too, and a pod that has ended is told", () => {
    const json = podJson();
    const spec = { ...json.spec, initContainers: json.spec.containers, containers: [] };
    expect(readPod({ ...json, spec })?.mounts).toHaveLength(1);
    expect(["Running", "Pending", "Succeeded", "Failed"].map((phase) => podOf({ phase }).finished)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test("nonsense is no pod, and nonsense in a pod is nothing", () => {
    for (const body of [null, [], "x", {}, { metadata: { uid: "a" } }]) expect(readPod(body)).toBeNull();
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (spec, status) => {
        const pod = readPod({ metadata: { uid: "a", name: "b" }, spec, status });
        expect(pod?.uid).toBe("a");
      }),
    );
  });
});

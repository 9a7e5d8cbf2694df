import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Mount } from "../../../agent/core/config/config.ts";
import { directoriesFor } from "../../../agent/core/report/directory-request.ts";
import { type PodView, readPod } from "../../../agent/core/report/pod.ts";
import { type Gap, reachesOf, riskOf } from "../../../agent/core/report/reach.ts";

const mountAt = (name: string, hostPath: string, source: string | null = `/volumes/${name}`): Mount => ({
  name,
  source,
  sourceMustBeMount: true,
  target: `/host${hostPath}`,
  hostPath,
  options: [],
  mode: null,
  directories: [],
  onForeign: "report",
  onHang: "report",
  minFree: { bytes: 0, inodes: 0 },
});
const dumps = mountAt("dumps", "/var/lib/mooring/dumps");
const traces = mountAt("traces", "/var/lib/mooring/traces");
const start = Date.UTC(2026, 4, 3, 2, 0, 0);

interface Given {
  path?: string;
  mount?: Record<string, unknown>;
  container?: Record<string, unknown>;
  pod?: Record<string, unknown>;
  annotations?: Record<string, string>;
  startedAt?: number;
  phase?: string;
}

const podJson = ({ path = "/var/lib/mooring", mount, container, pod, annotations, startedAt, phase }: Given = {}) => ({
  metadata: { uid: "u1", namespace: "apps", name: "one", annotations },
  spec: {
    volumes: [
      { name: "v", hostPath: { path } },
      { name: "other", emptyDir: {} },
    ],
    containers: [{ name: "app", volumeMounts: [{ name: "v", mountPath: "/d", ...mount }], ...container }],
    securityContext: pod,
  },
  status: {
    phase: phase ?? "Running",
    containerStatuses: [
      {
        name: "app",
        state: startedAt === undefined ? {} : { running: { startedAt: new Date(startedAt).toISOString() } },
      },
    ],
  },
});

const podOf = (given: Given = {}): PodView => {
  const pod = readPod(podJson(given));
  if (pod === null) throw new Error("the example is no pod");
  return pod;
};

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

describe("directories that pods ask for", () => {
  const ask = (text: string, given: Given = {}, mounts = [dumps]) => {
    const pod = podOf({ ...given, annotations: { "mooring.dev/directory": text } });
    const { requests, refused } = directoriesFor(pod, reachesOf(pod, mounts), mounts);
    return { asked: requests.map(({ mount, directory }) => ({ mount, ...directory })), refused };
  };

  test("owned as the application runs", () => {
    const pod = { runAsUser: 1000, fsGroup: 2000, runAsGroup: 3000 };
    expect(ask("app-one", { pod }).asked).toEqual([
      { mount: "dumps", path: "app-one", uid: 1000, gid: 2000, mode: 0o770 },
    ]);
  });

  test("a container's own user goes before the pod's", () => {
    const container = { securityContext: { runAsUser: 7, runAsGroup: 8 } };
    const { asked } = ask("a", { container, pod: { runAsUser: 1000, runAsGroup: 9 } });
    expect(asked).toEqual([{ mount: "dumps", path: "a", uid: 7, gid: 8, mode: 0o770 }]);
  });

  test("without any user nothing is changed about it", () => {
    expect(ask("a").asked).toEqual([{ mount: "dumps", path: "a", uid: null, gid: null, mode: null }]);
  });

  test.each([4294967295, -1, 1.5, 1e20])("an id of %d is none", (id) => {
    expect(ask("a", { pod: { runAsUser: id, fsGroup: id } }).asked[0]).toMatchObject({ uid: null, gid: null });
  });

  test("several, each in its mount or in every mount that the pod reaches", () => {
    const { asked, refused } = ask("a, dumps:b/c ,traces:d", {}, [dumps, traces]);
    expect(asked.map(({ mount, path }) => `${mount}:${path}`)).toEqual([
      "dumps:a",
      "traces:a",
      "dumps:b/c",
      "traces:d",
    ]);
    expect(refused).toEqual([]);
  });

  test.each([
    ["../up", "goes up"],
    ["a/../../b", "goes up"],
    ["/absolute", "is absolute"],
    ["dumps:/absolute", "is absolute"],
    [".mooring/x", "kept by the agent"],
    [".ready", "kept by the agent"],
    ["a//b", "not normalised"],
    ["a,", "empty"],
    ["dumps:", "empty"],
    ["a\0b", "NUL"],
    ["x".repeat(300), "longer than 255"],
    ["other:a", "has no hostPath volume of"],
    [Array(20).fill("a").join(","), "at most 8"],
  ])("%j is refused with the reason", (text, why) => {
    expect(ask(text).refused.join("; ")).toContain(why);
  });

  test("no annotation, an empty one: nothing", () => {
    expect(directoriesFor(podOf(), [], [dumps])).toEqual({ requests: [], refused: [] });
    expect(ask("  ")).toEqual({ asked: [], refused: [] });
  });

  test("a pod that reaches no mount gets none, and neither does a mount that is only watched", () => {
    expect(ask("a", { path: "/elsewhere/x" }).asked).toEqual([]);
    expect(ask("a", {}, [mountAt("dumps", "/var/lib/mooring/dumps", null)]).asked).toEqual([]);
  });

  test("whatever is asked, what is granted stays in the volume", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const { path } of ask(text).asked) {
          expect(path.startsWith("/")).toBeFalse();
          expect(path.split("/")).not.toContain("..");
          expect(path.split("/")).not.toContain("");
          expect([".mooring", ".ready"]).not.toContain(path.split("/")[0] ?? "");
        }
      }),
    );
  });
});

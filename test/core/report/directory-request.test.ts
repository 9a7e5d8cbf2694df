import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { directoriesFor } from "../../../agent/core/report/directory-request.ts";
import { reachesOf } from "../../../agent/core/report/reach.ts";
import { dumps, type Given, mountAt, podOf, traces } from "./pods.ts";

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

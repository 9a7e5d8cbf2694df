import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { nodePathOf, readPodPlan, volumeBehind } from "../../../agent/core/exit/pod-plan.ts";

describe("the volume behind a path", () => {
  const plan = readPodPlan({
    volumes: [
      { name: "root", hostPath: { path: "/srv" } },
      { name: "claim", persistentVolumeClaim: { claimName: "c" } },
      { name: "files", nfs: { server: "s", path: "/p" } },
      { name: "mine", ephemeral: { volumeClaimTemplate: {} } },
    ],
    containers: [
      {
        volumeMounts: [
          { name: "root", mountPath: "/volumes/" },
          { name: "claim", mountPath: "/volumes/dumps" },
          { name: "files", mountPath: "/files" },
          { name: "mine", mountPath: "/mine" },
          { name: "nowhere", mountPath: "/nowhere" },
        ],
      },
    ],
  });

  test.each([
    ["/volumes/dumps", { kind: "claim", claim: "c" }],
    ["/volumes/dumps/sub", { kind: "claim", claim: "c" }],
    ["/volumes/dumps2", { kind: "hostPath", path: "/srv" }],
    ["/volumes", { kind: "hostPath", path: "/srv" }],
    ["/files", { kind: "shared", text: 'nfs {"server":"s","path":"/p"}' }],
    ["/mine", { kind: "own" }],
  ])("%s", (path, volume) => {
    expect(volumeBehind(plan, path)?.volume).toEqual(volume as never);
  });

  test("none for the image's own files, and none for a volume that is not there", () => {
    expect(volumeBehind(plan, "/elsewhere")).toBeNull();
    expect(volumeBehind(plan, "/nowhere")?.volume).toBeNull();
  });

  test("any nonsense is a plan", () => {
    fc.assert(fc.property(fc.anything(), (spec) => void volumeBehind(readPodPlan(spec), "/x")));
  });
});

describe("the place on the node behind a path", () => {
  const mountPropagation = "Bidirectional";
  const plan = readPodPlan({
    volumes: [
      { name: "all", hostPath: { path: "/" } },
      { name: "team", hostPath: { path: "/var/lib/team/" } },
      { name: "claim", persistentVolumeClaim: { claimName: "c" } },
      { name: "seen", hostPath: { path: "/srv" } },
    ],
    containers: [
      {
        volumeMounts: [
          { name: "all", mountPath: "/host", mountPropagation },
          { name: "team", mountPath: "/host/team", mountPropagation },
          { name: "claim", mountPath: "/claim", mountPropagation },
          { name: "gone", mountPath: "/gone", mountPropagation },
          { name: "seen", mountPath: "/seen", mountPropagation: "HostToContainer" },
        ],
      },
    ],
  });

  test.each([
    ["/host/var/dumps", "/var/dumps"],
    ["/host/team/dumps", "/var/lib/team/dumps"],
    ["/host/teams/dumps", "/teams/dumps"],
    ["/claim/dumps", null],
    ["/gone/dumps", null],
    ["/seen/dumps", null],
    ["/elsewhere", null],
  ])("%s: %p", (path, place) => {
    expect(nodePathOf(plan, path)).toBe(place);
  });
});

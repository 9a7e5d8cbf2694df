import { expect } from "bun:test";
import { bareDirectory } from "./harness/bare.ts";
import { eventsIn } from "./harness/events.ts";
import { eventually } from "./harness/eventually.ts";
import { marksOn, ownMarks } from "./harness/marks.ts";
import { Stage } from "./harness/stage.ts";
import { claimsOf } from "./harness/volumes.ts";

const stage = new Stage("without-a-trace");
const taint = `${stage.namespace}.example.org/not-ready`;

/** What the chart makes, but for the claim: in the cluster, for Events in `default`, in the stage's namespace. */
const objects = async (): Promise<string[]> => {
  const get = async (...argv: string[]): Promise<string[]> =>
    (await stage.kubectl("get", ...argv, "-o", "name")).split("\n").filter(Boolean);
  const everywhere =
    "clusterroles,clusterrolebindings,priorityclasses,validatingadmissionpolicies,validatingadmissionpolicybindings";
  const inside = "statefulsets,pods,services,configmaps,serviceaccounts,roles,rolebindings,jobs,secrets";
  const [cluster, events, own] = await Promise.all([
    get(everywhere),
    get("roles,rolebindings", "-n", "default"),
    get(inside, "-l", "app.kubernetes.io/instance=mooring"),
  ]);
  return [...[...cluster, ...events].filter((name) => name.includes(stage.namespace)), ...own];
};

for (const { keep, unlockOnUninstall } of [
  { keep: true, unlockOnUninstall: false },
  { keep: false, unlockOnUninstall: true },
]) {
  const what = `${keep ? "the claim kept, the bare directory locked" : "the claim deleted, the bare directory removed"}`;
  stage.story(`helm uninstall: no mount, no mark, no object is left; ${what}`, async () => {
    const [node = ""] = await stage.cluster.workers();
    await stage.kubectl("taint", "node", node, `${taint}:PreferNoSchedule`, "--overwrite");
    const values = stage.values(
      { keep },
      {
        kubernetes: { ...ownMarks(stage), startupTaint: `${taint}:PreferNoSchedule` },
        nodeSelector: { "kubernetes.io/hostname": node },
        unlockOnUninstall,
      },
    );
    const release = await stage.install(values);
    await eventually("the node to be marked ready, and its startup taint gone", async () => {
      const marks = await marksOn(stage, node);
      expect(marks.toSorted()).toEqual([
        "condition True/MountsReady",
        `label ${stage.namespace}=ready`,
        `mooring.dev/${stage.namespace}-mooring`,
      ]);
      return true;
    });
    expect(await claimsOf(stage)).toEqual(["mooring-dumps"]);
    // Five kinds in the cluster, two in default, nine and more in the namespace.
    expect((await objects()).length).toBeGreaterThan(12);

    await release.uninstall();
    expect(await stage.cluster.mounts(node, stage.folder)).toEqual([]);
    expect(await marksOn(stage, node)).toEqual([]);
    expect(await objects()).toEqual([]);
    await eventually("the claim to be kept or deleted", async () => {
      expect(await claimsOf(stage)).toEqual(keep ? ["mooring-dumps"] : []);
      return true;
    });
    if (unlockOnUninstall)
      expect((await eventsIn(stage)).map(({ reason }) => reason)).toContain("BareDirectoryRemoved");
    const bare = await bareDirectory(stage.cluster, node, stage.hostPath());
    expect(bare).toEqual(unlockOnUninstall ? null : { locked: true, files: [] });
    return {};
  });
}

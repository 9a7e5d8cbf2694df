import { expect } from "bun:test";
import { sayRequests } from "./harness/audit.ts";
import { eventually } from "./harness/eventually.ts";
import { nodeWith, ownMarks } from "./harness/marks.ts";
import { quiet } from "./harness/quiet.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("taint");
const { cluster, namespace } = stage;

stage.story("the startup taint goes when the mounts are ready for the first time, and no other with it", async () => {
  // Nobody else is kept away from this node by one more taint.
  const node = cluster.controlPlane;
  const taint = { key: namespace, effect: "NoSchedule" };
  const keys = async (): Promise<string[]> =>
    (await nodeWith(cluster, node, namespace)).taints.map(({ key }) => key).sort();
  const before = await keys();
  expect(before.length).toBeGreaterThan(0);
  await cluster.patch(`/api/v1/nodes/${node}`, [{ op: "add", path: "/spec/taints/-", value: taint }], "json");
  stage.later(async () => {
    const { taints } = await nodeWith(cluster, node, namespace);
    const others = taints.filter(({ key }) => key !== namespace).map(({ raw }) => raw);
    await cluster.patch(`/api/v1/nodes/${node}`, { spec: { taints: others } }, "merge");
  });
  const from = Date.now();
  await stage.install(
    stage.values(
      {},
      {
        kubernetes: { ...ownMarks(stage), startupTaint: `${taint.key}:${taint.effect}` },
        nodeSelector: { "kubernetes.io/hostname": node },
        tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }],
      },
    ),
  );
  await eventually("the taint to be gone", async () => !(await keys()).includes(namespace));
  const goneMs = Date.now() - from;
  expect(await keys()).toEqual(before);
  const writes = await quiet(cluster, { namespace, account: "mooring", from }, 15_000);
  expect(writes.filter(({ verb, resource }) => verb === "patch" && resource === "nodes")).toHaveLength(1);
  return { also: `${(goneMs / 1000).toFixed(1)} s after helm began; ${sayRequests(writes)}` };
});

import { expect } from "bun:test";
import { dumpingPod, wholeDump } from "../harness/dumping.ts";
import { eventually } from "../harness/eventually.ts";
import { marksOn, ownMarks } from "../harness/marks.ts";
import { nodeOf } from "../harness/release.ts";
import { Stage } from "../harness/stage.ts";
import { movableClaim } from "../harness/volumes.ts";

const stage = new Stage("drain");

stage.story("the node drained: a dump is finished, the node released, the agent comes up on another one", async () => {
  const values = stage.values(
    { volume: "existing", existingClaim: await movableClaim(stage, "moving"), mode: "1777" },
    { kubernetes: ownMarks(stage), terminationGracePeriodSeconds: 60 },
  );
  const release = await stage.install(values);
  const old = nodeOf(await release.agent());
  const file = `${stage.hostPath()}/dump`;
  await stage.pods.create(dumpingPod({ name: "dumping", node: old, volume: stage.folder, file }));
  await stage.pods.ready("dumping");
  expect(await marksOn(stage, old)).toContain(`label ${stage.namespace}=ready`);

  const began = performance.now();
  try {
    await stage.kubectl("drain", old, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout", "120s");
    const [next] = await release.ready();
    const ms = performance.now() - began;
    expect(next && nodeOf(next)).not.toBe(old);
    expect(await stage.cluster.mounts(old, stage.folder)).toEqual([]);
    expect(await marksOn(stage, old)).toEqual([]);
    expect(await stage.cluster.onNode(old, 'cat "$1/volumes/moving/dump"', stage.folder)).toBe(wholeDump);
    await eventually("the new node to be marked ready", async () =>
      (await marksOn(stage, next ? nodeOf(next) : "")).includes(`label ${stage.namespace}=ready`),
    );
    return { outageMs: ms };
  } finally {
    await stage.kubectl("uncordon", old);
  }
});

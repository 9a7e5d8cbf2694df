import { expect } from "bun:test";
import { eventsIn } from "./harness/events.ts";
import { eventually } from "./harness/eventually.ts";
import { ownMarks } from "./harness/marks.ts";
import { kill } from "./harness/node-actions.ts";
import { restartsOf } from "./harness/pods.ts";
import { nameOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("two-releases");
const both = stage.once(async () => {
  const [node = ""] = await stage.cluster.workers();
  const install = (mount: string) =>
    stage.install(
      stage.values(
        { hostPath: stage.hostPath(mount) },
        { kubernetes: ownMarks(stage), nodeSelector: { "kubernetes.io/hostname": node } },
      ),
      mount,
    );
  const [dumps, traces] = await Promise.all([install("dumps"), install("traces")]);
  return { node, dumps, traces };
});

stage.story("label and condition belong to one of two releases; the other says so", async () => {
  await both();
  const event = await eventually("the Event NodeMarksHeld", async () =>
    (await eventsIn(stage)).find(({ reason }) => reason === "NodeMarksHeld"),
  );
  const [holder, other] = event.regarding?.name === "traces-mooring-0" ? ["dumps", "traces"] : ["traces", "dumps"];
  expect(event.regarding?.name).toBe(`${other}-mooring-0`);
  expect(event.note).toContain(
    `another agent, ${stage.namespace}-${holder} (pod ${stage.namespace}/${holder}-mooring-0)`,
  );
  return {};
});

stage.story("two releases on one node: neither touches the other's mount, one leaves without the other", async () => {
  const { node, dumps, traces } = await both();
  // Its volume is one host path only, so that the other release's agent does not have to wait for it.
  const consumer = await stage.startConsumer({
    node,
    volumePath: stage.hostPath("traces"),
    file: `${stage.hostPath("traces")}/consumer`,
  });
  const before = await stage.cluster.mounts(node, stage.folder);
  expect(before.map(({ mountPoint }) => mountPoint).sort()).toEqual([
    stage.hostPath("dumps"),
    stage.hostPath("traces"),
  ]);

  const agent = await dumps.agent();
  const seen = await consumer.during(async () => {
    await kill(stage.cluster, agent);
    await eventually("a new container", async () => restartsOf(await dumps.pods.get(nameOf(agent))) === 1);
    await dumps.ready();
    expect(await stage.cluster.mounts(node, stage.folder)).toEqual(before);

    await dumps.uninstall();
    const left = await stage.cluster.mounts(node, stage.folder);
    expect(left).toEqual(before.filter(({ mountPoint }) => mountPoint === stage.hostPath("traces")));
  });
  const { mounts } = await traces.status(await traces.agent());
  expect(mounts.map(({ condition }) => condition.state)).toEqual(["Healthy"]);
  expect(seen.failedWrites).toBe(0);
  expect(await consumer.lost()).toBe(0);
  return { outageMs: 0, ...seen };
});

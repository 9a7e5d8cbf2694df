import { expect } from "bun:test";
import { eventsIn } from "./harness/events.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("ephemeral");

stage.story("DaemonSet with ephemeral volumes: a rollout deletes the data, and says whose", async () => {
  const [node = ""] = await stage.cluster.workers();
  const values = (rolled: string) =>
    stage.values(
      { volume: "ephemeral", acceptDataLoss: true },
      { mode: "daemonset", nodeSelector: { "kubernetes.io/hostname": node }, podAnnotations: { rolled } },
    );
  const release = await stage.install(values("once"));
  await stage.cluster.onNode(node, 'echo precious >"$1/old"', stage.hostPath());
  const uuid = await stage.cluster.onNode(node, 'cat "$1/.ready"', stage.hostPath());
  const consumer = await stage.startConsumer({ node });

  // It goes on with the new volume, through the same parent.
  const { failedWrites, gapMs } = await consumer.during(() => release.apply(values("twice")));
  const mounts = await stage.cluster.mounts(node, stage.hostPath());
  expect(mounts).toHaveLength(1);
  expect(mounts[0]?.root).not.toContain("//deleted");
  expect(await stage.cluster.onNode(node, 'ls "$1"', stage.hostPath())).not.toContain("old");
  expect(await stage.cluster.onNode(node, 'cat "$1/.ready"', stage.hostPath())).not.toBe(uuid);
  const told = (await eventsIn(stage)).find(({ reason }) => reason === "ReleasedInUse");
  expect(told?.note).toContain(consumer.name);
  expect(failedWrites).toBeGreaterThan(0);
  return { outageMs: gapMs, failedWrites, gapMs };
});

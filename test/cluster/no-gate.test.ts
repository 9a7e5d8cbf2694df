import { expect } from "bun:test";
import { bareDirectory } from "./harness/bare.ts";
import { eventsIn } from "./harness/events.ts";
import { eventually } from "./harness/eventually.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("no-gate");

stage.story(
  "DirectoryOrCreate on a node that never had an agent: starts beside the volume, and is told so",
  async () => {
    const [node = ""] = await stage.cluster.workers();
    const path = `${stage.hostPath()}/app`;
    const consumer = await stage.startConsumer({
      node,
      volumePath: path,
      volumeType: "DirectoryOrCreate",
      file: `${path}/records`,
    });
    const agent = { monitor: { interval: "6s" }, rescue: "report" };
    await stage.install(stage.values({}, { agent, nodeSelector: { "kubernetes.io/hostname": node } }));
    const event = await eventually("the Event ConsumerOnBareDirectory", async () =>
      (await eventsIn(stage)).find(({ reason }) => reason === "ConsumerOnBareDirectory"),
    );
    expect(event.note).toContain(`container app of pod ${stage.namespace}/${consumer.name} shows ${path}`);
    // It goes on writing there; the volume has none of it.
    const { failed } = await consumer.writes();
    expect(failed).toBe(0);
    expect(await stage.cluster.onNode(node, 'cat "$1/records" 2>/dev/null || echo none', path)).toBe("none");
    expect((await bareDirectory(stage.cluster, node, stage.hostPath()))?.files).toEqual(["app"]);
    await consumer.remove();
    return {};
  },
);

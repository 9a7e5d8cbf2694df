import { expect } from "bun:test";
import { eventually } from "./harness/eventually.ts";
import { exhaustMemory } from "./harness/node-actions.ts";
import { restartsOf } from "./harness/pods.ts";
import { nameOf, nodeOf } from "./harness/release.ts";
import { type Measured, Stage } from "./harness/stage.ts";

// One consumer writes every 10 ms through all of it.
const stage = new Stage("writes");
const resources = { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "160Mi" } };
const mooring = stage.once(() => stage.install(stage.values({}, { resources })));
const consuming = stage.once(async () => stage.startConsumer({ node: nodeOf(await (await mooring()).agent()) }));

/** Nothing that the consumer wrote meanwhile may have failed, and the mount must be the very same one. */
const undisturbed = async (meanwhile: () => Promise<void>): Promise<Measured> => {
  const release = await mooring();
  const consumer = await consuming();
  const node = nodeOf(await release.agent());
  const before = await stage.cluster.mounts(node, stage.hostPath());
  expect(before).toHaveLength(1);
  const seen = await consumer.during(async () => {
    await meanwhile();
    await release.ready();
  });
  expect(await stage.cluster.mounts(node, stage.hostPath())).toEqual(before);
  expect(seen.failedWrites).toBe(0);
  expect(await consumer.lost()).toBe(0);
  return { outageMs: 0, ...seen };
};

stage.story("agent killed by the kernel for want of memory", () =>
  undisturbed(async () => {
    const release = await mooring();
    const agent = await release.agent();
    expect(await exhaustMemory(stage.cluster, agent, 200)).toContain("task=mooring");
    await eventually(
      "the kubelet to have started it again",
      async () => restartsOf(await release.pods.get(nameOf(agent))) > 0,
    );
  }),
);

stage.story("helm upgrade that rolls the pod", () =>
  undisturbed(async () => {
    const release = await mooring();
    const agent = await release.agent();
    await release.apply(stage.values({}, { resources, podAnnotations: { "example.org/rolled": "once" } }));
    const successor = await release.agent();
    expect(successor.metadata?.uid).not.toBe(agent.metadata?.uid ?? "");
    expect(nodeOf(successor)).toBe(nodeOf(agent));
  }),
);

stage.story("values change that the agent reloads", () =>
  undisturbed(async () => {
    const release = await mooring();
    const agent = await release.agent();
    const { config } = await release.status(agent);
    const podAnnotations = { "example.org/rolled": "once" };
    await release.apply(stage.values({ directories: [{ path: "app-one", uid: 1000 }] }, { resources, podAnnotations }));
    // The kubelet looks at ConfigMaps when it looks at their pod, once a minute unless the pod changes.
    await stage.pods.annotate(nameOf(agent), { "example.org/look": "now" });
    await eventually("the agent to have reloaded", async () => {
      const status = await release.status(agent);
      return status.config.loadedAt !== config.loadedAt && status.config.rejected.length === 0;
    });
    const owner = 'stat -c %u:%a "$1"';
    await eventually("the new application's directory", async () =>
      (await stage.cluster.onNode(nodeOf(agent), owner, `${stage.hostPath()}/app-one`)).startsWith("1000:"),
    );
    const same = await release.agent();
    expect([same.metadata?.uid, restartsOf(same)]).toEqual([agent.metadata?.uid, restartsOf(agent)]);
  }),
);

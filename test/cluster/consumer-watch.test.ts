import { expect } from "bun:test";
import type { V1Pod } from "@kubernetes/client-node";
import { consumerPod } from "./harness/consumer.ts";
import { eventsOf, timesOf } from "./harness/events.ts";
import { eventually } from "./harness/eventually.ts";
import { unmount } from "./harness/node-actions.ts";
import { nameOf, nodeOf, type Values } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("watch");
const { cluster, namespace, pods } = stage;
const mooring = stage.once(() => stage.install());

/** An application that asks for a directory, and starts once it is there. */
const asking = (
  name: string,
  node: string,
  directory: string,
  owner?: { runAsUser: number; fsGroup: number },
): V1Pod => {
  const path = `${stage.hostPath()}/${name}`;
  const pod = consumerPod({ name, node, volumePath: path, volumeType: "Directory", file: `${path}/file` });
  pod.metadata = { name, annotations: { "mooring.dev/directory": directory } };
  if (pod.spec && owner) pod.spec.securityContext = owner;
  return pod;
};

stage.story("mooring.dev/directory: made with the pod's owner, and the pod that waits for it starts", async () => {
  const node = nodeOf(await (await mooring()).agent());
  const started = performance.now();
  await pods.create(asking("shop", node, "dumps:shop", { runAsUser: 1234, fsGroup: 5678 }));
  await pods.ready("shop");
  const gapMs = performance.now() - started;
  const owner = await cluster.onNode(node, 'stat -c "%u:%g %a" "$1"', stage.hostPath("dumps/shop"));
  expect(owner).toBe("1234:5678 770");
  return { also: `${owner}, running after ${(gapMs / 1000).toFixed(1)} s` };
});

stage.story("mooring.dev/directory with hostile values: refused with an Event, and nothing is made", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const node = nodeOf(agent);
  // What the volume holds is whatever its applications put there: a link leads out of it.
  await cluster.onNode(node, 'mkdir -p "$2" && ln -s "$2" "$1/link"', stage.hostPath(), `${stage.folder}/outside`);
  const before = await cluster.onNode(node, listing, stage.hostPath(), stage.folder);
  const hostile = ["../escaped", "/etc/escaped", ".mooring/escaped", "a/../../escaped", "other:escaped"];
  await pods.create(asking("hostile", node, hostile.join(",")));
  const [event] = await eventually("an Event about it", async () => {
    const found = await eventsOf(cluster, namespace, nameOf(agent));
    const refused = found.filter(({ reason, note }) => reason === "DirectoryRefused" && note?.includes("/hostile"));
    return refused.length > 0 ? refused : false;
  });
  for (const value of ["goes up with '..'", "is absolute", "is kept by the agent", '"other:escaped"'])
    expect(event?.note).toContain(value);
  await pods.create(asking("linked", node, "link/escaped"));
  await eventually("an Event about the link", async () =>
    (await eventsOf(cluster, namespace, nameOf(agent))).some(
      ({ reason, note }) => reason === "DirectoryBlocked" && note?.includes("link is not a directory of the volume"),
    ),
  );
  expect(await cluster.onNode(node, listing, stage.hostPath(), stage.folder)).toBe(before);
  for (const name of ["hostile", "linked"]) {
    expect((await pods.get(name)).status?.phase).toBe("Pending");
    await pods.remove(name);
  }
  return { also: `${hostile.length + 1} values` };
});

stage.story("a consumer that never sees a healed mount: one Event, with the cure", async () => {
  const agent = await (await mooring()).agent();
  const node = nodeOf(agent);
  const consumer = await stage.startConsumer({ name: "deaf", node, propagation: "None", keepOpen: true });
  const warnings = () =>
    eventsOf(cluster, namespace, nameOf(agent)).then((found) => found.filter(({ note }) => note?.includes("/deaf ")));
  const [first] = await eventually("an Event about it", async () => {
    const found = await warnings();
    return found.length > 0 ? found : false;
  });
  expect(first).toMatchObject({ reason: "ConsumerCannotFollow", type: "Warning" });
  expect(first?.note).toContain(`mount the parent ${stage.folder} with mountPropagation: HostToContainer`);
  // Neither a heal nor the pod's own changes give it again.
  for (const heals of [1, 2]) {
    await unmount(cluster, node, stage.hostPath());
    await eventually("the heal", async () => (await cluster.mounts(node, stage.hostPath())).length === 1);
    await cluster.patch(`/api/v1/namespaces/${namespace}/pods/${consumer.name}`, {
      metadata: { annotations: { story: String(heals) } },
    });
  }
  await eventually("the agent to have told about the heals", async () =>
    (await eventsOf(cluster, namespace, nameOf(agent))).some(
      (event) => event.reason === "MountHealed" && timesOf(event) === 2,
    ),
  );
  expect((await warnings()).map(timesOf)).toEqual([1]);
  return { also: `${first?.reason}, once` };
});

stage.story("a consumer that started on the bare directory: an Event that tells it", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const node = nodeOf(agent);
  // Nothing holds it back: no gate, no check by the kubelet.
  const below = `${stage.hostPath("second")}/app`;
  const consumer = stage.consumer({
    name: "early",
    node,
    volumePath: stage.hostPath("second"),
    file: below,
    propagation: "None",
  });
  await consumer.create();
  await pods.ready("early");
  const values = stage.values();
  const dumps = stage.values({ hostPath: stage.hostPath("second") }).mounts as Values;
  await release.apply({ ...values, mounts: { ...(values.mounts as Values), second: dumps.dumps } });
  const now = nameOf(await release.agent());
  const { note } = await eventually("an Event about it", async () => {
    const found = await eventsOf(cluster, namespace, now);
    return (
      found.find((event) => event.reason === "ConsumerOnBareDirectory" && event.note?.includes("/early ")) ?? false
    );
  });
  expect(note).toContain("so it stays on the bare directory for ever: restart it");
  return {};
});

/** Everything in two directories, without what is mounted on them. */
const listing = 'find "$1" "$2" -xdev -not -name file -not -path "*/.mooring*" | sort';

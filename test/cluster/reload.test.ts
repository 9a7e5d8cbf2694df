import { expect } from "bun:test";
import { eventsOf } from "./harness/events.ts";
import { eventually } from "./harness/eventually.ts";
import { restartsOf } from "./harness/pods.ts";
import { nameOf, nodeOf, type Release, type Values } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("reload");
const { cluster, namespace, pods } = stage;
const values = (dumps: Values = {}): Values => stage.values(dumps);
const mooring = stage.once(() => stage.install(values()));

/** The kubelet looks at ConfigMaps once a minute, and at once when the pod changes. */
const nudge = async (release: Release): Promise<void> => {
  const agent = await release.agent();
  await cluster.patch(`/api/v1/namespaces/${namespace}/pods/${nameOf(agent)}`, {
    metadata: { annotations: { "mooring.dev/story": String(Date.now()) } },
  });
};

stage.story("values that change nothing structural: read again, no restart, no failed write", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const node = nodeOf(agent);
  const before = await cluster.mounts(node, stage.hostPath());
  const consumer = await stage.startConsumer({ node });
  const started = performance.now();
  await release.apply(values({ directories: [{ path: "app-one", uid: 1000, gid: 2000, mode: "0750" }] }));
  const owner = await eventually("the new directory", async () => {
    await nudge(release);
    return cluster.onNode(node, 'stat -c "%u:%g %a" "$1"', stage.hostPath("dumps/app-one"));
  });
  const tookMs = performance.now() - started;
  expect(owner).toBe("1000:2000 750");
  const after = await release.agent();
  expect([after.metadata?.uid, restartsOf(after)]).toEqual([agent.metadata?.uid, 0]);
  expect(await cluster.mounts(node, stage.hostPath())).toEqual(before);
  const { failed, longestGapMs } = await consumer.writes();
  expect(failed).toBe(0);
  return { failedWrites: failed, gapMs: longestGapMs, also: `in force after ${(tookMs / 1000).toFixed(1)} s` };
});

stage.story("another host path, which is structural: a new pod", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const node = nodeOf(agent);
  const applications = await pods.list("app=consumer");
  await Promise.all(applications.map((pod) => pods.remove(nameOf(pod))));
  await release.apply(values({ hostPath: stage.hostPath("deeper/dumps") }));
  const after = await release.agent();
  expect(after.metadata?.uid).not.toBe(agent.metadata?.uid ?? "");
  expect(await cluster.mounts(node, stage.hostPath())).toEqual([]);
  expect(await cluster.mounts(nodeOf(after), stage.hostPath("deeper/dumps"))).toHaveLength(1);
  return {};
});

// The last: Helm would not overwrite what somebody else has written there.
stage.story("a broken ConfigMap: the old configuration stays in force, with an Event", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const name = `/api/v1/namespaces/${namespace}/configmaps/mooring`;
  const good = await cluster.get<{ data: Record<string, string> }>(name);
  const text = good.data["mooring.yaml"] ?? "";
  await cluster.patch(name, { data: { "mooring.yaml": text.replace("interval: 6s", "interval: often") } }, "merge");
  const rejected = await eventually("the agent to refuse it", async () => {
    await nudge(release);
    const found = (await release.status(agent)).config.rejected;
    return found.length > 0 ? found : false;
  });
  expect(rejected.join("\n")).toContain("monitor.interval");
  await eventually("an Event", async () =>
    (await eventsOf(cluster, namespace, nameOf(agent))).some(
      ({ reason, note }) => reason === "ConfigurationRejected" && note?.includes("monitor.interval"),
    ),
  );
  expect((await release.status(agent)).ready).toBe(true);
  await cluster.patch(name, { data: { "mooring.yaml": text } }, "merge");
  await eventually("the agent to take the good one", async () => {
    await nudge(release);
    return (await release.status(agent)).config.rejected.length === 0;
  });
  const now = await pods.get(nameOf(agent));
  expect([now.metadata?.uid, restartsOf(now)]).toEqual([agent.metadata?.uid, 0]);
  return { also: rejected[0]?.slice(0, 80) ?? "" };
});

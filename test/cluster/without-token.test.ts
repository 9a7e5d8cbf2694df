import { expect } from "bun:test";
import { noted } from "./harness/audit.ts";
import { eventually } from "./harness/eventually.ts";
import { marksOn, ownMarks } from "./harness/marks.ts";
import { unmount } from "./harness/node-actions.ts";
import { nodeOf, type Release, type Values } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

/** Nobody can tell such an agent that it is removed, so it has to let go in any case. */
const releasing: Values = { agent: { monitor: { interval: "6s" }, exit: "release" } };
const kubernetes = (stage: Stage, more: Values = {}): Values => ({ ...ownMarks(stage), ...more });

/** Unmounts its mount and waits until it is back; returns how long it was away, as the agent measured it. */
const breakOnce = async (stage: Stage, release: Release): Promise<number> => {
  const agent = await release.agent();
  const node = nodeOf(agent);
  await unmount(stage.cluster, node, stage.hostPath());
  await eventually("the heal to be counted", async () => {
    return (await release.metric(agent, 'volume_mount_recovery_success_total{mount="dumps"}')) === 1;
  });
  expect(await stage.cluster.mounts(node, stage.hostPath())).toHaveLength(1);
  await release.ready();
  return 1000 * (await release.metric(agent, 'mooring_outage_seconds_total{mount="dumps"}'));
};

/** Helm does not wait for the pods. */
const gone = (stage: Stage, node: string): Promise<true> =>
  eventually("the mount to be released", async () => (await stage.cluster.mounts(node, stage.hostPath())).length === 0);

const silent = new Stage("no-reports");
silent.story("kubernetes.report and rbac off: no token, no request, and it heals", async () => {
  const release = await silent.install(
    silent.values({}, { ...releasing, kubernetes: kubernetes(silent, { report: false }), rbac: { create: false } }),
  );
  const agent = await release.agent();
  const volumes = agent.spec?.volumes ?? [];
  expect(volumes.filter(({ projected, secret }) => projected !== undefined || secret !== undefined)).toEqual([]);
  const outageMs = await breakOnce(silent, release);
  expect(await noted(silent.cluster, { namespace: silent.namespace, account: "mooring" })).toEqual([]);
  expect(await marksOn(silent, nodeOf(agent))).toEqual([]);
  expect((await release.status(agent)).mounts[0]?.consumers).toBeNull();
  await release.uninstall();
  await gone(silent, nodeOf(agent));
  return { outageMs };
});

const forbidden = new Stage("no-rbac");
forbidden.story("rbac off alone: every request refused, told once, and it heals", async () => {
  const release = await forbidden.install(
    forbidden.values({}, { ...releasing, kubernetes: kubernetes(forbidden), rbac: { create: false } }),
  );
  const agent = await release.agent();
  const outageMs = await breakOnce(forbidden, release);
  const asked = await noted(forbidden.cluster, { namespace: forbidden.namespace, account: "mooring" });
  expect(asked.length).toBeGreaterThan(0);
  expect([...new Set(asked.map(({ code }) => code))]).toEqual([403]);
  const log = await release.pods.logs(agent.metadata?.name ?? "");
  const told = log.split("\n").filter((line) => line.includes('"kubernetesFailing"'));
  expect(told.length).toBeWithin(1, 4);
  // The hook has no permissions either.
  await release.uninstall("--no-hooks");
  await gone(forbidden, nodeOf(agent));
  return { outageMs, also: `${asked.length} requests refused, ${told.length} lines of log` };
});

import { expect } from "bun:test";
import { sayRequests } from "../harness/audit.ts";
import { eventually } from "../harness/eventually.ts";
import { nodeWith, ownMarks } from "../harness/marks.ts";
import { quiet } from "../harness/quiet.ts";
import { nodeOf } from "../harness/release.ts";
import { run } from "../harness/run.ts";
import { Stage } from "../harness/stage.ts";

const stage = new Stage("no-api");
const { cluster, namespace } = stage;

const AWAY_MS = 120_000;
const TIMES = 5;
/** What was to come after the first write came by then: Events go out one a second. */
const SETTLED_MS = 20_000;

/** Breaks the mount on the node and waits there until it is back; returns each outage as the node saw it, milliseconds. */
const breakOften = async (node: string): Promise<number[]> => {
  const said = await cluster.onNode(node, breakAndTime, stage.hostPath(), String(TIMES));
  return said.split("\n").map((micro) => Number(micro) / 1000);
};

const breakAndTime = `
  now() { local t=$EPOCHREALTIME; echo "\${t/[.,]/}"; }
  for ((i = 0; i < $2; i++)); do
    until umount "$1" 2>/dev/null || ((SECONDS > 120)); do sleep 0.005; done
    started=$(now)
    until grep -qF " $1 " /proc/self/mountinfo; do :; done
    echo $(($(now) - started))
    sleep 1
  done
`;

const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml";
const readiness = { verb: "get", path: "/readyz" } as const;
const aside = "/etc/kubernetes/kube-apiserver.yaml";
const startApiServer = 'if [ -e "$2" ]; then mv "$2" "$1"; fi';

stage.story("the API server stopped for 2 minutes: healed in the same time, then one write", async () => {
  const release = await stage.install(stage.values({}, { kubernetes: ownMarks(stage) }));
  const agent = await release.agent();
  const node = nodeOf(agent);
  const account = { namespace, account: "mooring" };
  const consumer = await stage.startConsumer({ node });
  const usual = await breakOften(node);
  await quiet(cluster, { ...account, from: Date.now() }, 15_000);

  await cluster.onNode(cluster.controlPlane, 'mv "$1" "$2"', manifest, aside);
  await eventually("the API server to be gone", async () => (await cluster.ask(readiness)).kind === "silent");
  const stopped = Date.now();
  let meanwhile: number[];
  try {
    meanwhile = await breakOften(node);
    // What is measured is a duration.
    await Bun.sleep(Math.max(0, stopped + AWAY_MS - Date.now()));
  } finally {
    await cluster.onNode(cluster.controlPlane, startApiServer, manifest, aside);
  }
  await eventually("the API server to be back", () => run(["kubectl", "get", "--raw", readiness.path]));
  const back = Date.now();
  await eventually("the node to say what happened meanwhile", async () => {
    const { annotations } = await nodeWith(cluster, node, namespace);
    const { dumps } = JSON.parse(annotations[`mooring.dev/${namespace}-mooring`] ?? "{}").mounts;
    return Date.parse(dumps.healed) >= stopped;
  });
  const caughtUpMs = Date.now() - back;
  const writes = await quiet(cluster, { ...account, from: stopped }, SETTLED_MS);
  expect(sayRequests(writes)).toBe("1 patch nodes/status");
  expect(writes.map(({ code }) => code)).toEqual([200]);
  const heals = await release.metric(agent, 'volume_mount_recovery_success_total{mount="dumps"}');
  expect(heals).toBe(2 * TIMES);
  // Both are a few milliseconds of the node's own grep; the one is no second longer for want of an API server.
  expect(median(meanwhile)).toBeLessThan(median(usual) + 100);
  await nodesBack();
  const { failed, longestGapMs } = await consumer.writes();
  await consumer.remove();
  await eventually("the agent to see again which pods go", async () => {
    return (await release.metric(agent, 'mooring_consumers{mount="dumps"}')) === 0;
  });
  return {
    outageMs: median(meanwhile),
    failedWrites: failed,
    gapMs: longestGapMs,
    also: `${median(usual).toFixed(1)} ms before; caught up ${(caughtUpMs / 1000).toFixed(0)} s after its return with ${sayRequests(writes)}`,
  };
});

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What comes after this story wants the cluster as it was. */
const nodesBack = (): Promise<string> =>
  run(["kubectl", "wait", "nodes", "--all", "--for=condition=Ready", "--timeout=180s"]);

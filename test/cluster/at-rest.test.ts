import { expect } from "bun:test";
import { noted, sayRequests, writesOf } from "./harness/audit.ts";
import { eventually } from "./harness/eventually.ts";
import { nodeWith, ownMarks } from "./harness/marks.ts";
import { quiet } from "./harness/quiet.ts";
import { nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("rest");
const { cluster, namespace } = stage;
const account = { namespace, account: "mooring" };
const mooring = stage.once(() => stage.install(stage.values({}, { kubernetes: ownMarks(stage) })));

const REST_MS = 300_000;
/** Events of the start go out one a second. */
const SETTLED_MS = 15_000;

stage.story("the node tells: label, condition and annotation", async () => {
  const node = nodeOf(await (await mooring()).agent());
  const { labels, annotations, condition } = await eventually("the node to say that its mounts are ready", async () => {
    const view = await nodeWith(cluster, node, namespace);
    return view.condition?.status === "True" ? view : false;
  });
  expect(labels[namespace]).toBe("ready");
  expect(condition).toMatchObject({ reason: "MountsReady", message: "1 mount attached and verified" });
  expect(JSON.parse(annotations[`mooring.dev/${namespace}-mooring`] ?? "{}")).toMatchObject({
    pod: `${namespace}/mooring-0`,
    holds: [namespace, namespace],
    mounts: { dumps: { state: "Healthy", reason: "Verified" } },
  });
  return {};
});

stage.story("5 minutes at rest beside a writing application: the API server counts no write", async () => {
  const node = nodeOf(await (await mooring()).agent());
  const consumer = await stage.startConsumer({ node, every: 100 });
  await quiet(cluster, { ...account, from: Date.now() }, SETTLED_MS);
  const from = Date.now();
  // What is measured is a duration, and nothing is to happen in it.
  await Bun.sleep(REST_MS);
  const asked = await noted(cluster, { ...account, from });
  expect(sayRequests(writesOf(asked))).toBe("none");
  // It did look: that is how it would notice what others change.
  expect(asked.filter(({ verb, resource }) => verb === "get" && resource === "nodes").length).toBeWithin(3, 8);
  const { failed } = await consumer.report();
  expect(failed).toBe(0);
  return { failedWrites: failed, also: `0 writes; ${sayRequests(asked)}` };
});

stage.story("what somebody else changed on the node is put right with one write", async () => {
  const node = nodeOf(await (await mooring()).agent());
  const from = Date.now();
  await cluster.patch(`/api/v1/nodes/${node}/status`, {
    metadata: { labels: { [namespace]: "degraded" } },
    status: { conditions: [{ $patch: "delete", type: namespace }] },
  });
  const repaired = await eventually("the marks to be put right", async () => {
    const { labels, condition } = await nodeWith(cluster, node, namespace);
    return labels[namespace] === "ready" && condition?.status === "True" ? Date.now() : false;
  });
  const writes = await quiet(cluster, { ...account, from }, SETTLED_MS);
  expect(sayRequests(writes)).toBe("1 patch nodes/status");
  return { also: `after ${((repaired - from) / 1000).toFixed(0)} s` };
});

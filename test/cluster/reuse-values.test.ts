import { expect } from "bun:test";
import { previousChart } from "./harness/previous-chart.ts";
import { chart, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("reuse-values");

stage.story("upgraded from the previous chart with --reuse-values: the mount stays", async () => {
  const previous = await previousChart();
  stage.later(previous.remove);
  const release = stage.release();
  const values = stage.values({}, { podAnnotations: { rolled: "once" } });
  await release.helm(["install", release.name, previous.path, "--values", "-"], JSON.stringify(values));
  const [agent] = await release.ready();
  if (agent === undefined) throw new Error("there is no agent");
  const node = nodeOf(agent);
  const before = await stage.cluster.mounts(node, stage.folder);
  const consumer = await stage.startConsumer({ node });

  const seen = await consumer.during(async () => {
    await release.helm(["upgrade", release.name, chart, "--reuse-values", "--set", "podAnnotations.rolled=twice"]);
    await release.ready();
  });
  const next = await release.agent();
  expect(next.metadata?.uid).not.toBe(agent.metadata?.uid);
  expect(await stage.cluster.mounts(node, stage.folder)).toEqual(before);
  expect(seen.failedWrites).toBe(0);
  expect(await consumer.lost()).toBe(0);
  return { outageMs: 0, ...seen };
});

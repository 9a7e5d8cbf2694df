import { expect } from "bun:test";
import { duringAll } from "./harness/consumer.ts";
import { nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("daemonset");
const source = `${stage.folder}/source`;
const values = (rolled: string) =>
  stage.values(
    { volume: "hostPath", sourcePath: source, sourceType: "DirectoryOrCreate", mode: "1777" },
    { mode: "daemonset", podAnnotations: { rolled } },
  );
const mooring = stage.once(() => stage.install(values("once")));

stage.story(
  "DaemonSet with a directory of the node: one agent on every node, what is written is in the directory",
  async () => {
    const agents = await (await mooring()).agents();
    expect(agents.map(nodeOf).sort()).toEqual(await stage.cluster.nodes());
    for (const node of agents.map(nodeOf)) {
      await stage.cluster.onNode(
        node,
        'echo "$3" >"$1/node"; test "$(cat "$2/node")" = "$3"',
        stage.hostPath(),
        source,
        node,
      );
    }
    return {};
  },
);

stage.story("DaemonSet rolled on every node: the mounts stay", async () => {
  const release = await mooring();
  const nodes = await stage.cluster.nodes();
  const tables = () => Promise.all(nodes.map((node) => stage.cluster.mounts(node, stage.hostPath())));
  const before = await tables();
  const consumers = await Promise.all(
    (await stage.cluster.workers()).map((node) => stage.startConsumer({ node, name: `on-${node}` })),
  );
  const seen = await duringAll(consumers, () => release.apply(values("twice")));
  expect(await tables()).toEqual(before);
  expect(seen.failedWrites).toBe(0);
  expect(await Promise.all(consumers.map((consumer) => consumer.lost()))).toEqual([0, 0]);
  return { outageMs: 0, ...seen };
});

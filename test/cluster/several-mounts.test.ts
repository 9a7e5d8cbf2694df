import { expect } from "bun:test";
import { eventually } from "./harness/eventually.ts";
import { kill, unmount } from "./harness/node-actions.ts";
import { restartsOf } from "./harness/pods.ts";
import { nameOf, nodeOf, type Values } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("several-mounts");
const dumps = `${stage.folder}/a/dumps`;
const traces = `${stage.folder}/a/deep/traces`;
const logs = `${stage.folder}/b/logs`;
const small: Values = { size: "32Mi", minFree: { bytes: "1Mi", inodes: 10 } };

const mooring = stage.once(() => {
  const directories = [
    { path: "app-one", uid: 1000, gid: 1000, mode: "0770" },
    { path: "deep/app-two", uid: 1000660000 },
  ];
  const mounts = {
    dumps: { ...small, hostPath: dumps, directories },
    traces: { ...small, hostPath: traces, mode: "0750" },
    logs: { ...small, hostPath: logs, volume: "template", keep: false, options: ["nosuid", "nodev", "noexec"] },
  };
  return stage.install({ ...stage.values(), mounts });
});

stage.story("three mounts below two parents: two Bidirectional volumes, options and modes of their own", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const [container] = agent.spec?.containers ?? [];
  const bidirectional = (container?.volumeMounts ?? []).filter((each) => each.mountPropagation === "Bidirectional");
  expect(bidirectional.map(({ mountPath }) => mountPath)).toEqual([`/host${stage.folder}/a`, `/host${stage.folder}/b`]);

  const table = await stage.cluster.mounts(nodeOf(agent), stage.folder);
  expect(table.map(({ mountPoint }) => mountPoint).sort()).toEqual([traces, dumps, logs]);
  const optionsOf = (path: string): readonly string[] =>
    table.find(({ mountPoint }) => mountPoint === path)?.options ?? [];
  expect(optionsOf(dumps)).toContain("nosuid");
  expect(optionsOf(dumps)).toContain("nodev");
  expect(optionsOf(dumps)).not.toContain("noexec");
  expect(optionsOf(logs)).toContain("noexec");
  expect(await stage.cluster.onNode(nodeOf(agent), 'stat -c %a "$@"', dumps, traces, logs)).toBe("1777\n750\n1777");
  return {};
});

stage.story("one of three unmounted, then the container killed: the others stay as they are", async () => {
  const release = await mooring();
  const agent = await release.agent();
  const node = nodeOf(agent);
  const table = () => stage.cluster.mounts(node, stage.folder);
  const others = (await table()).filter(({ mountPoint }) => mountPoint !== traces);
  await unmount(stage.cluster, node, traces);
  const healed = await eventually("the mount to be back", async () => {
    const now = await table();
    return now.length === 3 ? now : false;
  });
  expect(healed).toEqual(expect.arrayContaining(others));
  await kill(stage.cluster, agent);
  await eventually(
    "the container to be started again",
    async () => restartsOf(await release.pods.get(nameOf(agent))) === 1,
  );
  await release.ready();
  expect(await table()).toEqual(healed);
  return {};
});

stage.story("a directory per application belongs to it: its owner writes, another user cannot", async () => {
  const node = nodeOf(await (await mooring()).agent());
  const one = `${dumps}/app-one`;
  expect(await stage.cluster.onNode(node, 'stat -c "%u %g %a" "$@"', one, `${dumps}/deep/app-two`)).toBe(
    "1000 1000 770\n1000660000 0 755",
  );
  const place = { node, volumePath: `${stage.folder}/a` };
  const owner = await stage.startConsumer({ ...place, name: "owner", file: `${one}/owner`, uid: 1000 });
  const stranger = await stage.startConsumer({ ...place, name: "stranger", file: `${one}/stranger`, uid: 2000 });
  const { failed, longestGapMs } = await owner.writes();
  expect(failed).toBe(0);
  const refused = await stranger.report();
  expect(refused.written).toBe(0);
  expect(Object.keys(refused.errors)).toEqual(["EACCES"]);
  return { failedWrites: failed, gapMs: longestGapMs };
});

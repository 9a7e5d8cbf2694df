import { exitStory, type Scene } from "./exits/exit-story.ts";
import { nameOf, nodeOf, type Values } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("daemonsets");
const { cluster } = stage;
/** Of the one node that it is to run on. */
const key = `${stage.namespace}/agent`;

const select = (node: string, value: "yes" | null) =>
  cluster.patch(`/api/v1/nodes/${node}`, { metadata: { labels: { [key]: value } } });
const selected = stage.once(async () => {
  const [node = ""] = await cluster.workers();
  await select(node, "yes");
  stage.later(() => select(node, null));
});

const values = (name: string, dumps: Values): Values =>
  stage.values({ hostPath: stage.hostPath(name), ...dumps }, { mode: "daemonset", nodeSelector: { [key]: "yes" } });
const onDirectory = (source: string): Values =>
  values("directory", { volume: "hostPath", sourcePath: `${stage.folder}/${source}`, sourceType: "DirectoryOrCreate" });
const directory = stage.once(async () => {
  await selected();
  return stage.install(onDirectory("source"), "directory");
});

const roll = ({ release, kubectl }: Scene) => kubectl("rollout", "restart", `daemonset/${release.name}-mooring`);
const kept = /makes another pod on this node, with the same volumes/;

exitStory(stage, {
  what: "pod deleted, source a directory of the node",
  mount: "directory",
  release: directory,
  deed: ({ agent, kubectl }) => kubectl("delete", "pod", nameOf(agent), "--wait=false"),
  policy: "keep",
  because: kept,
  next: "here",
});
exitStory(stage, {
  what: "rolled, source a directory of the node",
  mount: "directory",
  release: directory,
  deed: roll,
  policy: "keep",
  because: kept,
  next: "here",
});
exitStory(stage, {
  what: "upgraded to another source",
  mount: "directory",
  release: directory,
  deed: ({ release }) => release.apply(onDirectory("another")),
  policy: "release",
  because: /the next pod has another volume at \/volumes\/dumps/,
  next: "here",
});
exitStory(stage, {
  what: "node deselected",
  mount: "directory",
  release: directory,
  deed: ({ agent }) => select(nodeOf(agent), null),
  policy: "release",
  because: /does not select this node any more: the node lacks the label/,
  next: "nowhere",
});
exitStory(stage, {
  what: "rolled, ephemeral volume",
  mount: "ephemeral",
  release: async () => {
    const [node = ""] = await cluster.workers();
    await select(node, "yes");
    return stage.install(values("ephemeral", { volume: "ephemeral", acceptDataLoss: true }), "ephemeral");
  },
  deed: roll,
  policy: "release",
  because: /is a volume that goes with the pod/,
  next: "here",
});

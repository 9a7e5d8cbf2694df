import { exitStory, type Scene } from "./exits/exit-story.ts";
import { nameOf, type Release, type Values } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";
import { movableClaim } from "./harness/volumes.ts";

const stage = new Stage("exits");
const { cluster } = stage;

const values = (name: string, more: Values = {}): Values => stage.values({ hostPath: stage.hostPath(name) }, more);
/** On a volume that could be mounted elsewhere. */
const movableValues = async (name: string, more: Values = {}): Promise<Values> => {
  const dumps = { hostPath: stage.hostPath(name), volume: "existing", existingClaim: await movableClaim(stage, name) };
  return stage.values(dumps, more);
};
const installed = (name: string, values: () => Values | Promise<Values>): (() => Promise<Release>) =>
  stage.once(async () => stage.install(await values(), name));

/** local-path ties its volumes to the node. */
const tied = installed("tied", () => values("tied"));
const movable = installed("movable", () => movableValues("movable"));
const pinned = installed("pinned", async () => values("pinned", { nodes: (await cluster.workers()).slice(0, 1) }));

const deletePod = ({ agent, kubectl }: Scene) => kubectl("delete", "pod", nameOf(agent), "--wait=false");
const forceDeletePod = ({ agent, kubectl }: Scene) =>
  kubectl("delete", "pod", nameOf(agent), "--force", "--grace-period=0");
const roll = ({ agent, kubectl }: Scene) =>
  kubectl("rollout", "restart", `statefulset/${nameOf(agent).replace(/-0$/, "")}`);
const scale =
  (replicas: number) =>
  ({ agent, kubectl }: Scene) =>
    kubectl("scale", `statefulset/${nameOf(agent).replace(/-0$/, "")}`, `--replicas=${replicas}`);
const deleteSet =
  (cascade: "background" | "foreground") =>
  ({ agent, kubectl }: Scene) =>
    kubectl("delete", "statefulset", nameOf(agent).replace(/-0$/, ""), `--cascade=${cascade}`, "--wait=false");

const toThisNode = /is tied to this node/;
const elsewhere = /may put the next pod on another node/;

exitStory(stage, {
  what: "pod deleted, volume tied to the node",
  mount: "tied",
  release: tied,
  deed: deletePod,
  policy: "keep",
  because: toThisNode,
  next: "here",
});
exitStory(stage, {
  what: "pod deleted by force, volume tied to the node",
  mount: "tied",
  release: tied,
  deed: forceDeletePod,
  policy: "keep",
  because: toThisNode,
  next: "here",
});
exitStory(stage, {
  what: "rolled, volume tied to the node",
  mount: "tied",
  release: tied,
  deed: roll,
  policy: "keep",
  because: toThisNode,
  next: "here",
});
exitStory(stage, {
  what: "rolled, pinned by `nodes`",
  mount: "pinned",
  release: pinned,
  deed: roll,
  policy: "keep",
  because: /brings the pod back to this node/,
  next: "here",
});
exitStory(stage, {
  what: "pod deleted, volume that can move",
  mount: "movable",
  release: movable,
  deed: deletePod,
  policy: "release",
  because: elsewhere,
  next: "anywhere",
});
exitStory(stage, {
  what: "pod deleted by force, volume that can move",
  mount: "movable",
  release: movable,
  deed: forceDeletePod,
  policy: "release",
  because: elsewhere,
  next: "anywhere",
});
exitStory(stage, {
  what: "rolled, volume that can move",
  mount: "movable",
  release: movable,
  deed: roll,
  policy: "release",
  because: elsewhere,
  next: "anywhere",
});
exitStory(stage, {
  what: "scaled to 0",
  mount: "tied",
  release: tied,
  deed: scale(0),
  policy: "release",
  because: /wants no pod 0 any more/,
  next: "nowhere",
});
exitStory(stage, {
  what: "StatefulSet deleted in the background",
  mount: "pinned",
  release: pinned,
  deed: deleteSet("background"),
  policy: "release",
  because: /is (being )?deleted/,
  next: "nowhere",
});
exitStory(stage, {
  what: "StatefulSet deleted in the foreground",
  mount: "movable",
  release: movable,
  deed: deleteSet("foreground"),
  policy: "release",
  because: /is being deleted/,
  next: "nowhere",
});

/** Where nothing else is cordoned with it; and it is the only node that the scheduler prefers. */
const onControlPlane: Values = {
  tolerations: [
    "node-role.kubernetes.io/control-plane",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
  ].map((key) => ({ key, operator: "Exists" })),
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          preference: { matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }] },
        },
      ],
    },
  },
};
const drain = ({ release, node, kubectl }: Scene) => {
  stage.later(() => kubectl("uncordon", node));
  return kubectl("drain", node, `--pod-selector=app.kubernetes.io/instance=${release.name}`, "--timeout=90s");
};

exitStory(stage, {
  what: "node drained, volume tied to it",
  mount: "drained-tied",
  release: installed("drained-tied", () => values("drained-tied", onControlPlane)),
  deed: drain,
  policy: "keep",
  because: toThisNode,
  next: "here",
  moreover: async ({ node, kubectl }) => {
    await kubectl("uncordon", node);
    return "uncordoned";
  },
});
exitStory(stage, {
  what: "node drained, volume that can move",
  mount: "drained-movable",
  release: installed("drained-movable", () => movableValues("drained-movable", onControlPlane)),
  deed: drain,
  policy: "release",
  because: elsewhere,
  next: "elsewhere",
});

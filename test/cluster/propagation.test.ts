import { expect } from "bun:test";
import type { ConsumerOptions } from "./harness/consumer.ts";
import { eventually } from "./harness/eventually.ts";
import { unmount } from "./harness/node-actions.ts";
import { nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

// The table of docs/kubernetes.md, row by row: what a hostPath volume shows, by where it lies and how it propagates.
const stage = new Stage("propagation");
const mountPoint = stage.hostPath();
const places = { parent: stage.folder, point: mountPoint, below: `${mountPoint}/app` } as const;

type Place = keyof typeof places;
type Propagation = NonNullable<ConsumerOptions["propagation"]>;
const rows: readonly (readonly [place: Place, propagation: Propagation])[] = [
  ["parent", "HostToContainer"],
  ["parent", "Bidirectional"],
  ["parent", "None"],
  ["point", "HostToContainer"],
  ["point", "None"],
  ["below", "HostToContainer"],
  ["below", "None"],
];
const nameOf = (when: "early" | "late", [place, propagation]: (typeof rows)[number]): string =>
  `${when}-${place}-${propagation.toLowerCase()}`;
/** Where a consumer looks for what is in the volume: beside its own file. */
const folderOf = (place: Place): string => (place === "below" ? places.below : mountPoint);

const start = async (when: "early" | "late", node: string): Promise<void> => {
  const consumers = rows.map((row) =>
    stage.consumer({
      name: nameOf(when, row),
      node,
      volumePath: places[row[0]],
      propagation: row[1],
      file: `${folderOf(row[0])}/${nameOf(when, row)}`,
      every: 1000,
    }),
  );
  await Promise.all(consumers.map((consumer) => consumer.create()));
  await Promise.all(consumers.map((consumer) => stage.pods.ready(consumer.name)));
};

/** What each consumer sees: the volume or the bare directory, and by which mount. */
const look = async (when: "early" | "late"): Promise<Record<string, { volume: boolean; mount: string }>> => {
  const seen = rows.map(async (row) => {
    const name = nameOf(when, row);
    const said = await stage.pods.exec(name, "sh", "-c", lookAt, "sh", folderOf(row[0]));
    const [volume, mount = ""] = said.split(" ");
    return [`${row[0]} ${row[1]}`, { volume: volume === "volume", mount }] as const;
  });
  return Object.fromEntries(await Promise.all(seen));
};
// By an id that no later mount is given: the table's own are, now and then to the very mount that takes the place of another.
const lookAt = `
  if [ -e "$1/token" ]; then printf 'volume '; else printf 'bare '; fi
  mount-id "$1"
`;

const opening = stage.once(async () => {
  const { cluster } = stage;
  const [node = ""] = await cluster.workers();
  // As kubelet would make it for an application that is earlier than everyone.
  await cluster.onNode(node, 'mkdir -p "$1"', places.below);
  await start("early", node);
  const early = await look("early");
  const release = await stage.install(stage.values({}, { nodeSelector: { "kubernetes.io/hostname": node } }));
  expect(nodeOf(await release.agent())).toBe(node);
  await cluster.onNode(node, 'mkdir -p "$1/app"; touch "$1/token" "$1/app/token"', mountPoint);
  await start("late", node);
  return { node, release, early };
});

const volume = { volume: true };
const bare = { volume: false };

stage.story("consumers that started on the bare directory", async () => {
  const { early } = await opening();
  for (const seen of Object.values(early)) expect(seen).toMatchObject(bare);
  expect(await look("early")).toMatchObject({
    "parent HostToContainer": volume,
    "parent Bidirectional": volume,
    "point HostToContainer": volume,
    "parent None": bare,
    "point None": bare,
    "below HostToContainer": bare,
    "below None": bare,
  });
  return {};
});

stage.story("consumers that started while it was mounted, before and after it was healed", async () => {
  const { node, release } = await opening();
  const agent = await release.agent();
  const before = await look("late");
  for (const [row, seen] of Object.entries(before)) expect([row, seen.volume]).toEqual([row, true]);
  const healed = "volume_mount_recovery_success_total";
  const count = await release.metric(agent, healed);
  await unmount(stage.cluster, node, mountPoint);
  await eventually("the agent to have put it back", async () => (await release.metric(agent, healed)) > count);
  const after = await look("late");
  for (const [row, seen] of Object.entries(after)) expect([row, seen.volume]).toEqual([row, true]);
  // The parent shows the new mount; everyone else keeps the one that was there, for ever.
  const follow = rows.map(([place, propagation]) => `${place} ${propagation}`);
  expect(follow.filter((row) => after[row]?.mount !== before[row]?.mount)).toEqual([
    "parent HostToContainer",
    "parent Bidirectional",
  ]);
  return {};
});

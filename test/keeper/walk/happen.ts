import type { MountOption } from "../../../agent/core/config/config.ts";
import type { Directory } from "../../fakes/machine/file-system.ts";
import type { Source } from "../../fakes/machine/machine.ts";
import type { World } from "../world.ts";

export const names = ["a", "b"] as const;
export const parentOf = (target: number): string => `/${names[target]}-parent`;
export const pathOf = (target: number): string => `${parentOf(target)}/${names[target]}`;
export const movedPathOf = (target: number): string => `${parentOf(target)}/moved`;
export const claimOf = (target: number): string => `/volumes/${names[target]}`;
export const otherClaimOf = (target: number): string => `/volumes/other-${names[target]}`;

/** One of the claims is a FUSE volume, whose connection can be aborted. */
export const typeOf = (target: number): { fsType: string } => ({ fsType: target === 0 ? "fuse.fake" : "ext4" });

export const mountClaim = ({ people }: World, target: number, options: MountOption[] = []): Directory =>
  people.mountClaim(claimOf(target), typeOf(target), options);

const sourceOf = ({ machine }: World, target: number): Source | undefined => machine.sources.get(claimOf(target));

const setVolume = (world: World, target: number, change: Partial<Source["directory"]["fileSystem"]>): void => {
  const source = sourceOf(world, target);
  if (source?.mount) Object.assign(source.directory.fileSystem, change);
};

const setInside = ({ people }: World, target: number, inside: number): void => {
  const [top] = people.stackAt(pathOf(target));
  if (top) top.inside = inside;
};

const setShared = ({ machine }: World, target: number, shared: boolean): void => {
  const parent = machine.parents.get(parentOf(target));
  if (parent) parent.shared = shared;
};

/** What may happen to a target or its volume; what cannot happen just now does not. */
export const happenings = {
  unmount: ({ people }, target) => people.unmount(pathOf(target)),
  mountForeign: ({ people }, target) => people.mountForeign(pathOf(target), { source: "foreign" }),
  mountTwin,
  mountRight,
  mountInside: (world, target) => setInside(world, target, 1),
  unmountInside: (world, target) => setInside(world, target, 0),
  remountReadOnly: ({ people }, target) => people.remount(pathOf(target), ["ro"]),
  dropOptions: ({ people }, target) => people.remount(pathOf(target), [], ["nosuid", "nodev"]),

  unlock: ({ people }, target) => people.unlock(pathOf(target)),
  writeBelow: ({ people }, target) => people.writeBelow(pathOf(target)),
  removeBare: ({ people }, target) => people.removeBare(pathOf(target)),
  moveBareAway: ({ people }, target) => people.moveBareAway(pathOf(target)),
  makeBare: ({ people }, target) => people.makeBare(pathOf(target)),
  plantLink: ({ people }, target) => people.plantLink(pathOf(target)),
  removeLink: ({ people }, target) => people.removeLink(pathOf(target)),

  makePrivate: (world, target) => setShared(world, target, false),
  makeShared: (world, target) => setShared(world, target, true),
  renameParent: ({ people }, target) => people.renameParent(parentOf(target), "/renamed"),
  renameParentBack,
  removeParent: ({ people }, target) => people.removeParent(parentOf(target)),
  replaceParent: ({ people }, target) => people.replaceParent(parentOf(target)),

  removeSource: ({ people }, target) => people.removeSource(claimOf(target)),
  makeSource: ({ people }, target) => people.makeSource(claimOf(target)),
  unmountClaim: ({ people }, target) => people.unmountClaim(claimOf(target)),
  mountClaim: (world, target) => mountClaim(world, target),
  remountClaim: ({ people }, target) => people.remountClaim(claimOf(target)),
  mountClaimReadOnly: (world, target) => mountClaim(world, target, ["ro"]),
  hang: (world, target) => setVolume(world, target, { temper: "silent" }),
  breakVolume: (world, target) => setVolume(world, target, { temper: "EIO" }),
  turnReadOnly: (world, target) => setVolume(world, target, { readOnly: true }),
  fill: (world, target) => setVolume(world, target, { full: true }),
  mendVolume: (world, target) => setVolume(world, target, { temper: "fine", readOnly: false, full: false }),
} satisfies Record<string, (world: World, target: number) => unknown>;

export type Happening = keyof typeof happenings;

/** A foreign file system that calls itself as the claim does, with a directory of the same name. */
function mountTwin({ machine, people }: World, target: number): void {
  const name = claimOf(target).slice("/volumes".length);
  const twin = machine.makeFileSystem({ source: name.slice(1), ...typeOf(target) });
  const record = people.bareAt(pathOf(target))?.record ?? "";
  // Once ours is gone, nothing tells a namesake with the same device from it; there is no wrong answer to that.
  if (!record.includes(`"${twin.superDevice}"`)) people.mount(pathOf(target), twin.makeDirectory(name));
  machine.sweep();
}

function mountRight(world: World, target: number): void {
  const source = sourceOf(world, target);
  if (source && !source.directory.removed) world.people.mount(pathOf(target), source.directory);
}

function renameParentBack({ machine, people }: World, target: number): void {
  const parent = machine.parents.get(parentOf(target));
  if (parent && !parent.directory.removed) people.renameParent(parentOf(target), parentOf(target));
}

import type { Mount } from "../../fakes/machine/mount.ts";
import type { Agent } from "../agent.ts";
import type { World } from "../world.ts";
import { movedPathOf, parentOf, pathOf } from "./happen.ts";
import { must } from "./invariants.ts";

/** How a mount must stand in the end, once everything is good again but what people left on the target. */
export function checkEnd(world: World, ours: Set<Mount>, agent: Agent): void {
  for (const { source, target, onForeign, name } of agent.config.mounts) {
    const condition = agent.status.find((status) => status.target === target)?.condition;
    const verdict = `${condition?.state}/${condition?.reason}`;
    const told = `${name} is ${verdict}: ${condition?.message}\n${String(world.machine)}`;
    if (source === null) {
      must(restsWhenWatched.has(verdict), "a watched mount comes to rest", told);
      continue;
    }
    const [top] = world.people.stackAt(target);
    const isRight = top?.root === world.machine.sources.get(source)?.directory;
    const isForeign = top !== undefined && !isRight && !ours.has(top);
    if (isForeign && onForeign === "report") must(verdict === "Wrong/ForeignMount", "a foreign mount is told", told);
    else must(restsWhenManaged.has(verdict), "a mount comes to serve", told);
    const isTwice = isRight && world.people.stackAt(target)[1]?.root === top?.root;
    must(!isTwice, "what is stacked is brought down", told);
    const bare = world.people.bareAt(target);
    must(bare?.lock?.by === agent.name, "the bare directory is held", told);
    const isSealed = bare?.mode === 0 && bare.immutable;
    must(isSealed || !world.machine.setsFlags, "the bare directory is sealed", told);
  }
}

const isRecorded = (world: World, target: string, { root }: Mount): boolean =>
  world.people.bareAt(target)?.record?.includes(`"${root.fileSystem.superDevice}"`) ?? false;

/**
 * What is mounted beside a configured target, locked by nobody else and recorded as ours, is gone, but for what people
 * have left on it.
 */
export function checkOrphans(world: World, ours: Set<Mount>, agent: Agent): void {
  const wanted = new Set(agent.config.mounts.map(({ target }) => target));
  for (const index of [0, 1]) {
    const managed = agent.config.mounts.some(
      ({ source, target }) => source !== null && target.startsWith(`${parentOf(index)}/`),
    );
    for (const target of [pathOf(index), movedPathOf(index)]) {
      const [top] = world.people.stackAt(target);
      if (!managed || wanted.has(target) || !top || !ours.has(top)) continue;
      must(!isRecorded(world, target, top), "no mount of ours is left behind", `${target}\n${String(world.machine)}`);
    }
  }
}

/** Everything that was given up is gone and pinned by nothing, but for what somebody's mount lies on. */
export function checkRelease(world: World, ours: Set<Mount>, agent: Agent): void {
  const managed = agent.config.mounts.filter(({ source }) => source !== null);
  const remains = managed.filter(({ target }) => world.people.stackAt(target).some((mount) => ours.has(mount)));
  for (const { target } of remains) {
    const [top] = world.people.stackAt(target);
    must(top?.by === "people", "our mounts are given up", `${target}\n${String(world.machine)}`);
    must(agent.left?.includes(target) === true, "what is left is told", `${target}\n${String(world.machine)}`);
  }
  if (remains.length > 0) return;
  const trees = agent.process.descriptors.all().filter(({ kind }) => kind === "tree" || kind === "directory");
  const watched = agent.config.mounts.length - managed.length;
  must(trees.length <= watched, "what is given up is not pinned", String(agent.process.descriptors));
}

const restsWhenManaged = new Set(["Healthy/Verified", "Degraded/Stacked", "Degraded/ShadowedFiles"]);
const restsWhenWatched = new Set([
  ...["Healthy/Verified", "Degraded/Stacked", "Absent/SourceUnknown", "Absent/NotMounted"],
  ...["Wrong/ForeignMount", "Broken/SourceDeleted", "Broken/Disconnected", "Unknown/Disconnected"],
  ...["ReadOnly/MountReadOnly", "Unknown/MountReadOnly"],
]);

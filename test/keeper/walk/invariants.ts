import type { Action } from "../../../agent/core/action.ts";
import { serves } from "../../../agent/core/condition.ts";
import type { Mount as MountConfig } from "../../../agent/core/config/config.ts";
import type { Directory } from "../../fakes/machine/file-system.ts";
import type { Change } from "../../fakes/machine/machine.ts";
import { isDirectory, type Mount } from "../../fakes/machine/mount.ts";
import type { Agent } from "../agent.ts";
import type { World } from "../world.ts";
import { movedPathOf, parentOf, pathOf } from "./happen.ts";

/** What an agent is doing just now. */
export interface Doing {
  agent: Agent;
  action: Action;
  mount: MountConfig;
}

/** @throws when a promise does not hold, with what is to be seen. */
export const must = (holds: boolean, promise: string, what: unknown): void => {
  if (!holds) throw new Error(`${promise}: ${typeof what === "string" ? what : Bun.inspect(what, { depth: 3 })}`);
};

/**
 * Holds each change that an agent makes to the mounts against what it may do. Ours are those that agents made of a
 * source; those that people made of one may have been adopted, and one of a deleted directory is
 * stale whoever made it.
 */
export function checkChange(world: World, ours: Set<Mount>, doing: Doing | null, change: Change): void {
  if (change.by === "people") return;
  must(doing !== null, "agents change mounts in an action only", change);
  if (!doing) return;
  const { agent, action, mount: config } = doing;
  const { at, mount, what } = change;
  const stack = world.machine.stackOn(at);
  const told = `${action.kind} at ${at.path}: ${what} ${String(mount.root.fileSystem.source)}:${mount.root.path}`;
  must(
    what !== "aborted" || (config.onHang === "abort" && agent.hangsOn.get(config.target) === mount.root.fileSystem),
    "only what hangs is aborted, by the policy",
    told,
  );
  must((what === "aborted") === (action.kind === "abort"), "to abort changes no mount", told);
  must(config.source === null || at.lock?.by === agent.name, "nobody acts without the lock", told);
  must(
    isUsable(agent, at, mount.root) || what === "detached" || what === "aborted",
    "only what was verified is touched",
    told,
  );
  if (what === "aborted") {
    must(ours.has(mount) || world.people.sourceDirectories.has(mount.root), "a foreign volume is not aborted", told);
  } else if (what === "detached") {
    must(
      ours.has(mount) || world.people.sourceDirectories.has(mount.root) || mount.root.removed || isGivenUs(doing),
      "what is not ours is left alone",
      told,
    );
    must(mount.inside === 0, "nothing goes along", told);
    const isWanted = agent.config.mounts.some(({ target }) => target === config.target);
    must(action.kind !== "detach" || !isWanted || agent.left !== null, "what is configured is not given up", told);
    must(config.source !== null, "what is only watched is left alone", told);
    must(action.kind !== "unstack" || stack[0]?.root === mount.root, "a copy goes only from over another one", told);
    const gapless = world.machine.beneath && (action.kind === "replace" || action.kind === "uncover");
    must(!gapless || stack.length > 0, "a target is never bare while it is replaced", told);
  } else if (what !== "changedOptions") {
    if (config.source !== null) ours.add(mount);
    const twins = stack.filter(({ by, root }) => by !== "people" && root === mount.root);
    must(twins.length === 1, "ours do not multiply", told);
    const isInTheWay = what === "attached" && "top" in action && stack.some(({ id }) => id === action.top);
    must(!isInTheWay, "what is replaced is gone before the right one comes", told);
    const isPlain = action.kind === "attach" || action.kind === "heal";
    must(!isPlain || stack.length === 1, "nothing is put on top of a mount", told);
    const wasRefused = [...world.machine.faults.refused].some((call) => /^(change|add)Options /.test(call));
    const isWhole = config.options.every((option) => mount.options.has(option));
    must(isWhole || (action.kind !== "attach" && wasRefused), "no mount is visible without its options", told);
  }
}

const isUsable = (agent: Agent, { path }: Directory, root: Directory): boolean =>
  agent.usable.get(path)?.includes(root) ?? false;

/** The policy gives us what is not ours. What is given up on purpose is ours alone. */
const isGivenUs = ({ action, mount: { onForeign } }: Doing): boolean =>
  action.kind !== "detach" && onForeign === "replace";

/** Holds what an agent has and says after a step against how things are. */
export function checkStep(world: World, agent: Agent): void {
  const opened = agent.process.descriptors.all();
  // Each of the two mounts has its target, and may have left another one a moment ago.
  for (const index of [0, 1]) {
    const parents = opened.filter((each) => each.kind === "parent" && each.parent.path === parentOf(index));
    const bares = opened.filter((each) => each.kind === "bare");
    const isOnce = [pathOf(index), movedPathOf(index)].every(
      (target) => bares.filter(({ directory }) => directory.path === target).length <= 1,
    );
    must(parents.length <= 2 && isOnce, "no descriptor leaks", String(agent.process.descriptors));
  }
  for (const kind of ["tree", "directory"] as const)
    must(
      opened.filter((each) => each.kind === kind).length <= 4,
      "no descriptor leaks",
      String(agent.process.descriptors),
    );
  // What happened in the middle of the pass is seen in the next one.
  if (agent.process.mountsChanged) return;
  checkHung(world, agent);
  for (const { condition, target, attached } of agent.status) {
    if (!serves(condition.state)) continue;
    const top = topSeenBy(world, agent, target);
    const told = `${condition.state}/${condition.reason} at ${target}\n${String(world.machine)}`;
    must(top !== null && !top.root.removed, "a mount that serves is there", told);
    must(agent.usable.get(target)?.at(-1) === top?.root, "a mount that serves is the verified one", told);
    must(attached, "what serves counts as attached", told);
  }
}

/** As many probes as make it Hung have hung on the mount on top, and the kernel has refused nothing. */
function checkHung(world: World, agent: Agent): void {
  for (const { target, source, onHang } of agent.config.mounts) {
    const status = agent.status.find((each) => each.target === target);
    const fileSystem = topSeenBy(world, agent, target)?.root.fileSystem;
    const hangs = status?.attached && status.condition.state === "Hung" && agent.hangsOn.get(target) === fileSystem;
    const wasRefused =
      agent.traces.some((trace) => trace.kind === "actionFailed" && trace.action === "abort") ||
      world.machine.faults.refused.has(`deviceOver ${source}`);
    if (onHang !== "abort" || !hangs || wasRefused || !fileSystem?.fsType.startsWith("fuse")) continue;
    const isEnough = (agent.overdue.get(target) ?? 0) >= agent.config.monitor.failures;
    must(fileSystem.isAborted || !isEnough, "what hangs is aborted", `${target}\n${String(world.machine)}`);
  }
}

/**
 * The top mount in the parent that the agent holds open: it may be another one than its path leads to by now. A mount that is
 * just given up may hold the one before.
 */
function topSeenBy({ machine }: World, agent: Agent, target: string): Mount | null {
  const cut = target.lastIndexOf("/");
  for (const held of agent.process.descriptors.all()) {
    if (held.kind !== "parent" || held.parent.path !== target.slice(0, cut)) continue;
    const entry = held.parent.entries.get(target.slice(cut + 1));
    const [top] = entry && isDirectory(entry) ? machine.stackOn(entry) : [];
    if (top) return top;
  }
  return null;
}

/** An action that an agent tried in vain. A mount that was given another target is tried there and given up here. */
export interface Failure {
  agent: Agent;
  action: Action["kind"];
  target: string;
  code: string;
  /** Milliseconds of the world's clock. */
  at: number;
}

/** Two failures of one action are as far apart as the shortest backoff at least; no status is posted twice. */
export function checkPace(agent: Agent, failures: readonly Failure[]): void {
  const last = new Map<string, number>();
  for (const { agent: by, action, target, code, at } of failures) {
    // What changed at the same moment may have been right in between: then the next failure is another story.
    if (by !== agent || ["ESTALE", "EAGAIN"].includes(code)) continue;
    const key = `${action} ${target}`;
    const pause = at - (last.get(key) ?? Number.NEGATIVE_INFINITY);
    must(pause >= agent.config.recovery.backoff.minMs, "nothing is tried faster than the shortest backoff", key);
    last.set(key, at);
  }
  const statuses = agent.posted.filter(({ kind }) => kind === "status").map((news) => Bun.inspect(news, { depth: 9 }));
  const repeated = statuses.some((status, index) => status === statuses[index - 1]);
  must(!repeated, "a status is posted when it changed", statuses.at(-1) ?? "");
}

import type { Action, ActionKind } from "../core/action.ts";
import { sameMounted } from "../core/facts.ts";
import { sameDirectory } from "../core/identity.ts";
import type { Memory } from "../core/memory.ts";
import type { MountedRecord } from "../core/observed.ts";
import type { Attachment, TraceBody } from "../core/trace.ts";
import { isErrno, KernelError } from "../kernel/error.ts";
import { faultAt } from "../kernel/fault.ts";
import { abortConnection } from "./abort.ts";
import { type Berth, holdAnchor, holdSource } from "./berth.ts";
import type { Held, Kernel, Parent, Tree } from "./port.ts";
import { type Agent, recordOf, writeRecord } from "./record.ts";
import { secure } from "./secure.ts";
import { unstack } from "./unstack.ts";

/** What every executor works with. `tell` is for what only the executor knows; the loop tells the rest. */
export interface Scene {
  kernel: Kernel;
  agent: Agent;
  berth: Berth;
  parent: Parent;
  tell(trace: TraceBody): void;
}

/** How an action put the right mount on top, or null when it did something else. Throws a KernelError on failure. */
type Executor<K extends ActionKind> = (scene: Scene, action: Extract<Action, { kind: K }>) => Attachment | null;

const EAGAIN = 11;
const attachedAs = ({ mountId: id, device, inode }: Held): Memory["attachedMount"] => ({ id, device, inode });
const changed = (op: string, { path, name }: Parent): KernelError => new KernelError(op, `${path}/${name}`, EAGAIN);

const executors: { [K in ActionKind]: Executor<K> } = {
  secure,

  attach(scene) {
    const { kernel, berth, parent } = scene;
    const tree = treeOfSource(scene);
    try {
      const held = kernel.identify(tree);
      writeDown(scene);
      faultAt("attach.recorded");
      if (!unlessDead(scene, () => kernel.attachIfBare(tree, parent, berth.bareDirectory)))
        throw changed("attach", parent);
      berth.memory.attachedMount = attachedAs(held);
      faultAt("attach.attached");
    } finally {
      kernel.close(tree);
    }
    holdSource(kernel, berth, null);
    return "attached";
  },

  heal(scene) {
    const { kernel, berth, parent } = scene;
    const { anchor } = berth;
    faultAt("heal.due");
    if (anchor === null || !unlessDead(scene, () => kernel.attachIfBare(anchor.tree, parent, berth.bareDirectory)))
      return null;
    berth.memory.attachedMount = attachedAs(anchor);
    holdAnchor(kernel, berth, null);
    faultAt("heal.attached");
    return "healed";
  },

  replace(scene, { top }) {
    const { kernel, berth, parent } = scene;
    const fromSource = berth.source !== null;
    const tree = fromSource ? treeOfSource(scene) : berth.anchor?.tree;
    if (tree === undefined) throw changed("replace", parent);
    try {
      const held = kernel.identify(tree);
      writeDown(scene);
      faultAt("replace.recorded");
      if (topId(scene) !== top) throw changed("replace", parent);
      const isBeneath = unlessDead(scene, () => kernel.attachBeneath(tree, parent));
      if (!isBeneath) {
        kernel.detachTop(parent, top);
        faultAt("replace.bare");
        unlessDead(scene, () => kernel.attach(tree, parent));
      }
      berth.memory.attachedMount = attachedAs(held);
      // Attached, it cannot be attached again; and should the detaching fail, the stack under the same top is another.
      if (!fromSource) holdAnchor(kernel, berth, null);
      berth.seen = null;
      faultAt("replace.beneath");
      if (isBeneath) kernel.detachTop(parent, top);
      faultAt("replace.replaced");
    } finally {
      if (fromSource) kernel.close(tree);
    }
    holdSource(kernel, berth, null);
    return "replaced";
  },

  uncover(scene, { top }) {
    scene.kernel.detachTop(scene.parent, top);
    return "uncovered";
  },

  anchor(scene, { top }) {
    const { kernel, berth, parent } = scene;
    const { expected, attachedMount } = berth.memory;
    const tree = kernel.cloneTop(parent);
    let held: Held;
    try {
      held = kernel.identify(tree);
      const isRight = expected !== null && sameDirectory(held, expected) && topId(scene) === top;
      if (!isRight) throw changed("anchor", parent);
    } catch (error) {
      kernel.close(tree);
      throw error;
    }
    holdAnchor(kernel, berth, { tree, ...held });
    faultAt("anchor.held");
    holdSource(kernel, berth, null);
    berth.memory.attachedMount = attachedAs({ ...held, mountId: top });
    // What lies below may be ours from before, and show when this one goes.
    const { record } = berth.memory;
    const shown = berth.seen?.top.id === top ? berth.seen.details : null;
    const others = record?.mounted.some((one) => expected === null || !sameMounted(one, expected));
    writeDown(scene, others && kernel.stack(parent).length > 1 ? record : null, shown);
    return attachedMount === null ? "adopted" : null;
  },

  restoreOptions({ kernel, berth, parent, tell }, { top, set, clear }) {
    const was = berth.seen?.details?.options ?? [];
    kernel.changeOptions(parent, top, set, clear);
    berth.seen = null;
    // An anchor of that very mount was cloned before: it would show with the old ones when it is put back.
    if (berth.memory.attachedMount?.id === top) holdAnchor(kernel, berth, null);
    tell({ kind: "optionsRestored", mount: berth.mount.name, was: [...was] });
    return null;
  },

  abort: abortConnection,
  unstack,

  detach({ kernel, berth, parent, tell }, { top }) {
    faultAt("detach.due");
    kernel.detachTop(parent, top);
    faultAt("detach.detached");
    tell({ kind: "released", mount: berth.mount.name });
    return null;
  },
};

/** Carries out one action. Each executor checks again, just before it acts, that things still are as planned. */
export function act<K extends ActionKind>(scene: Scene, action: Extract<Action, { kind: K }>): Attachment | null {
  const executor = executors[action.kind] as Executor<K>;
  return executor(scene, action);
}

/**
 * move_mount(2) gives ENOENT for a directory that was deleted (d_set_mounted in fs/dcache.c) as well as for a missing
 * target. What is held of it can never be attached again, so it is let go.
 */
function unlessDead<T>({ kernel, berth, parent }: Scene, attach: () => T): T {
  try {
    return attach();
  } catch (error) {
    if (isErrno(error, "ENOENT") && kernel.look(parent).kind !== "missing") {
      holdSource(kernel, berth, null);
      holdAnchor(kernel, berth, null);
    }
    throw error;
  }
}

function topId({ kernel, parent }: Scene): bigint | null {
  const top = kernel.look(parent);
  return top.kind === "mount" ? top.id : null;
}

/** Nothing is cloned out of a mount that is gone (open_tree(2) gives EINVAL), so what is held of one makes room for the next. */
function treeOfSource({ kernel, berth, parent }: Scene): Tree {
  if (berth.source === null) throw changed("open_tree", parent);
  try {
    return kernel.cloneSource(berth.source, berth.mount.options);
  } catch (error) {
    if (isErrno(error, "EINVAL", "ENOENT", "ESTALE")) holdSource(kernel, berth, null);
    throw error;
  }
}

/**
 * The record says what is mounted before it is, and what it replaces until it has, so that an agent killed in between
 * still knows both for its own.
 */
function writeDown({ kernel, agent, berth }: Scene, earlier = berth.memory.record, shown?: MountedRecord | null): void {
  if (!berth.bare) return;
  const record = recordOf(agent, berth.memory.expected, earlier, shown);
  if (JSON.stringify(record) === JSON.stringify(berth.memory.record)) return;
  kernel.sealBare(berth.bare, writeRecord(record));
  berth.memory.record = record;
}

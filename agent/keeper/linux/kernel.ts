import type { Capabilities } from "../../kernel/capabilities.ts";
import { bootMs, monotonicMs } from "../../kernel/clock.ts";
import { describeByStatmount, describeByTable } from "../../kernel/describe.ts";
import { cloneTree, moveMount, setAttributes } from "../../kernel/mount.ts";
import { close } from "../../kernel/open.ts";
import { takeDescriptor } from "../../kernel/process.ts";
import { statx } from "../../kernel/statx.ts";
import { MountWatch } from "../../kernel/wait.ts";
import type { Kernel } from "../port.ts";
import { bareAt, inspectBare, lockBare, openBare, readRecord, sealBare } from "./bare.ts";
import { abort } from "./fuse.ts";
import { recordAbove } from "./nested.ts";
import { inspectParent, isInPlace, liesBare, look, openParent } from "./parent.ts";
import { stageSource } from "./staging.ts";
import { deviceOver, mountPointsIn } from "./table.ts";
import { changeOptions, cloneSource, detachTop, stackAt } from "./tree.ts";

/** The real kernel behind the keeper's port. `signal` is the eventfd through which the main thread wakes it. */
export function linuxKernel(signal: number, capabilities: Capabilities): Kernel {
  const watch = new MountWatch(signal);
  const describe = capabilities.statmount ? describeByStatmount(capabilities.statmountNames) : describeByTable;
  return {
    wait: (timeoutMs) => watch.wait(timeoutMs),
    monotonicMs,
    bootMs,
    wallMs: () => Date.now(),

    openParent: (target) => openParent(target, describe),
    inspectParent: (parent) => inspectParent(parent, describe),
    isInPlace: (parent) => isInPlace(parent, describe),
    recordAbove: (target) => recordAbove(target, describe, capabilities),
    look: (parent) => look(parent, describe),
    deviceOver,
    mountPointsIn,
    describe: (id) => describe.all(id),
    stack: (parent) => stackAt(parent, describe),

    openBare: (parent) => openBare(parent, capabilities),
    bareAt: (parent) => bareAt(parent, capabilities),
    inspectBare,
    lockBare,
    readRecord,
    sealBare,

    take: takeDescriptor,
    identify: (fd) => statx(fd, "", describe.ids),
    cloneSource: (fd, options) =>
      capabilities.mountSetattr ? cloneSource(fd, options) : stageSource(fd, options, describe),
    addOptions: (tree, options) => {
      if (!capabilities.mountSetattr) return false;
      setAttributes(tree, { set: options });
      return true;
    },
    cloneTop: (parent) => cloneTree(parent.fd, parent.name),
    attach: (tree, parent) => moveMount(tree, parent.fd, parent.name),
    attachIfBare: (tree, parent, on) => {
      if (!liesBare(parent, on, describe)) return false;
      moveMount(tree, parent.fd, parent.name);
      return true;
    },
    attachBeneath: (tree, parent) => {
      if (!capabilities.beneath) return false;
      moveMount(tree, parent.fd, parent.name, true);
      return true;
    },
    detachTop: (parent, id) => detachTop(parent, id, describe),
    changeOptions: (parent, id, set, clear) => changeOptions(parent, id, { set, clear }, describe, capabilities),
    abort: (parent, id) => abort(parent, id, describe),
    close,
  };
}

import type { Mount } from "../core/config/config.ts";
import type { ParentTrouble, ParentView } from "../core/observed.ts";
import { KernelError } from "../kernel/error.ts";
import { type Berth, dropParent } from "./berth.ts";
import { explain } from "./explain.ts";
import type { Depth } from "./observe.ts";
import { isRecorded } from "./orphans.ts";
import type { Kernel, Parent, ParentState } from "./port.ts";
import { parseRecord } from "./record.ts";

const usable: ParentView = { kind: "usable" };
const trouble = (reason: ParentTrouble, message: string): ParentView => ({ kind: "trouble", reason, message });

/** Opens the directory above the target, or looks at the one that is open as closely as `depth` says. */
export function reachParent(kernel: Kernel, berth: Berth, depth: Depth): ParentView {
  const { parent, mount } = berth;
  try {
    if (parent === null) return open(kernel, berth);
    return depth === "quick" ? usable : inspect(kernel, berth, parent);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return trouble("ParentMissing", `the directory above ${mount.target}: ${explain(error)}`);
  }
}

function open(kernel: Kernel, berth: Berth): ParentView {
  const why = berth.mount.source === null ? null : whyNotInside(kernel, berth.mount);
  if (why !== null) return trouble("ParentMissing", why);
  berth.parent = kernel.openParent(berth.mount.target);
  return judge(berth, berth.parent, kernel.inspectParent(berth.parent));
}

/** Inside of another target it would be made in that one's volume, or in its locked bare directory. */
function whyNotInside(kernel: Kernel, { target }: Mount): string | null {
  const above = kernel.recordAbove(target);
  const record = above && parseRecord(above.record);
  if (!above || !record) return null;
  if (above.mountId !== null && !isRecorded(kernel, record, above.mountId)) return null;
  return (
    `${target} lies inside ${above.path}, a target of ${record.holder}, and would be made in its volume: choose another ` +
    "path, or release that one first, with mooring release --purge and its configuration"
  );
}

function inspect(kernel: Kernel, berth: Berth, parent: Parent): ParentView {
  const state = kernel.inspectParent(parent);
  const isRenamed = berth.parentRoot !== null && state.root !== null && state.root !== berth.parentRoot;
  // What is given up lies where it was put, wherever its path leads by now.
  if (!state.replaced || isRenamed || berth.retired) return judge(berth, parent, state);
  dropParent(kernel, berth);
  return open(kernel, berth);
}

function judge(berth: Berth, parent: Parent, { root, shared }: ParentState): ParentView {
  berth.parentRoot ??= root;
  const isReplaced = root !== null && (root !== berth.parentRoot || root.endsWith("//deleted"));
  if (isReplaced) return trouble("ParentReplaced", replaced(parent, root));
  if (!shared && berth.mount.source !== null) return trouble("NotShared", unshared(parent));
  return usable;
}

const replaced = ({ path }: Parent, root: string): string =>
  `${path} was renamed or removed on the host and is ${root} there now; only a new container sees the directory of today`;

const unshared = ({ path }: Parent): string =>
  `${path} lies on a mount that is not shared, so nobody would see what is mounted there: give the volume ` +
  "mountPropagation: Bidirectional, or run mount --make-rshared on the host";

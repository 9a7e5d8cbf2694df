import type { Mount } from "../core/config/config.ts";
import { sameMounted } from "../core/facts.ts";
import { sameMount } from "../core/identity.ts";
import type { BareRecord, TopMount } from "../core/observed.ts";
import type { TraceBody } from "../core/trace.ts";
import { KernelError } from "../kernel/error.ts";
import { type Berth, openBerth } from "./berth.ts";
import type { Depth } from "./observe.ts";
import type { Kernel, Parent } from "./port.ts";
import { type Agent, parseRecord } from "./record.ts";

interface Search {
  kernel: Kernel;
  agent: Agent;
  berths: readonly Berth[];
  tell(trace: TraceBody): void;
}

/** What is on a target that nobody configured: nothing to us, somebody's who is still there, or left behind. */
type Finding = "nothing" | "held" | "unknown" | BareRecord;

/**
 * Looks for orphans: mounts beside the configured ones that the record in their bare directory calls ours, and whose lock
 * nobody holds. A configuration named them that is gone, together with the agent that had it.
 */
export class Orphans {
  #due: "now" | "atFullLook" | "no" = "now";
  /** Mounts that are nothing to us, by their target, so that each is looked at once. */
  #strangers = new Map<string, TopMount>();

  /** There may be some: the configuration is another one, or, which can wait for a full look, the mounts are. */
  expect(due: "now" | "atFullLook"): void {
    if (this.#due !== "now") this.#due = due;
  }

  /** A retired berth for each that is ours; what another instance left behind is told. */
  find(search: Search, depth: Depth): Berth[] {
    if (this.#due === "no" || (this.#due === "atFullLook" && depth === "quick")) return [];
    const { kernel, agent, berths, tell } = search;
    this.#due = "no";
    const found: Berth[] = [];
    const strangers = new Map<string, TopMount>();
    for (const target of this.#candidates(kernel, berths)) {
      const parent = openParent(kernel, target);
      if (parent === null) continue;
      try {
        const top = kernel.look(parent);
        if (top.kind !== "mount") continue;
        const stranger = this.#strangers.get(target);
        const finding = stranger && sameMount(stranger, top) ? "nothing" : examine(search, parent);
        if (finding === "unknown") this.#due = "atFullLook";
        else if (finding === "nothing" || finding === "held") strangers.set(target, top);
        else if (finding.instance === agent.instance) found.push(retiredBerth(target));
        else strangers.set(target, top);
        if (typeof finding === "object") tell(orphanFound(target, finding, agent));
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        this.#due = "atFullLook";
      } finally {
        kernel.close(parent.fd);
      }
    }
    this.#strangers = strangers;
    return found;
  }

  #candidates(kernel: Kernel, berths: readonly Berth[]): string[] {
    const known = new Set(berths.map(({ mount }) => mount.target));
    const managed = berths.filter(({ mount, retired }) => mount.source !== null && !retired);
    const directories = new Set(managed.map(({ mount }) => directoryOf(mount.target)));
    try {
      return kernel.mountPointsIn(directories).filter((target) => !known.has(target));
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.#due = "atFullLook";
      return [];
    }
  }
}

const directoryOf = (target: string): string => target.slice(0, target.lastIndexOf("/")) || "/";

function openParent(kernel: Kernel, target: string): Parent | null {
  try {
    return kernel.openParent(target);
  } catch (error) {
    if (error instanceof KernelError) return null;
    throw error;
  }
}

/** The lock is taken for a moment only: whoever starts just then tries again. */
function examine({ kernel, agent }: Search, parent: Parent): Finding {
  const bare = kernel.openBare(parent);
  try {
    const record = parseRecord(kernel.readRecord(bare));
    if (record === null || !kernel.stack(parent).some((id) => isRecorded(kernel, record, id))) return "nothing";
    if (kernel.lockBare(bare)) return record;
    // One of our own instance goes once its successor is here; another's may stay for ever.
    return record.instance === agent.instance ? "unknown" : "held";
  } finally {
    kernel.close(bare.fd);
  }
}

/** Whether the record names that mount. Ours it is still when its directory has been deleted since. */
export function isRecorded(kernel: Kernel, { mounted }: BareRecord, id: bigint): boolean {
  const details = kernel.describe(id);
  const recorded = details && { ...details, root: details.root.replace(/\/\/deleted$/, "") };
  return recorded !== null && mounted.some((one) => sameMounted(one, recorded));
}

/** As if a configuration had named it until now; what its source was does not matter any more. */
function retiredBerth(target: string): Berth {
  const mount: Mount = {
    name: target,
    source: target,
    sourceMustBeMount: false,
    target,
    hostPath: target,
    options: [],
    mode: null,
    directories: [],
    onForeign: "report",
    onHang: "report",
    minFree: { bytes: 0, inodes: 0 },
  };
  return { ...openBerth(mount), retired: true };
}

const orphanFound = (target: string, { instance, holder }: BareRecord, agent: Agent): TraceBody => ({
  kind: "orphanFound",
  target,
  instance,
  holder,
  ours: instance === agent.instance,
});

import type { Config } from "../core/config/config.ts";
import { afterRescue } from "../core/rescue-due.ts";
import { KernelError } from "../kernel/error.ts";
import { type Berth, openBerth, reconfigureBerth } from "./berth.ts";
import type { Kernel } from "./port.ts";

/** The berths of a new configuration: every target that stays keeps its own, those that go are retired. */
export function reconfigure(kernel: Kernel, berths: readonly Berth[], config: Config, releasing: boolean): Berth[] {
  const wanted = new Map(config.mounts.map((mount) => [mount.target, mount]));
  for (const berth of berths) {
    const mount = wanted.get(berth.mount.target);
    if (berth.retired || mount?.source !== berth.mount.source) endRescue(kernel, berth, config);
    berth.retired = mount === undefined;
    if (!mount) continue;
    reconfigureBerth(kernel, berth, mount);
    addToAnchor(kernel, berth);
    berth.memory.releasing = releasing && mount.source !== null;
  }
  const known = new Set(berths.map(({ mount }) => mount.target));
  const added = config.mounts.filter(({ target }) => !known.has(target)).map(openBerth);
  return [...added, ...berths];
}

/** What is still to be answered was asked of a child whose answer nobody takes for this mount any more. */
function endRescue(kernel: Kernel, { memory }: Berth, { monitor }: Config): void {
  if (memory.rescue.asked) memory.rescue = afterRescue(memory.rescue, null, kernel.monotonicMs(), monitor);
}

/**
 * What is put back from the anchor has the new options from its first moment on. Where they cannot be added, they are put
 * right on the mount as ever, and that is what tells of it.
 */
function addToAnchor(kernel: Kernel, { anchor, mount }: Berth): void {
  if (anchor === null) return;
  try {
    kernel.addOptions(anchor.tree, mount.options);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
}

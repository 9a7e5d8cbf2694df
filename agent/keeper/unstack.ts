import type { Action } from "../core/action.ts";
import { sameMounted } from "../core/facts.ts";
import { KernelError } from "../kernel/error.ts";
import type { Scene } from "./act.ts";

const EAGAIN = 11;
/** Each takes the kernel a moment, in which nothing else is healed; the rest waits for the next pass. */
const AT_ONCE = 32;

/**
 * Detaches copies of the right mount from the top down, as long as the same directory lies directly below: at no moment
 * does a consumer see anything else. The stack is read again each time, as detaching one of a peer group may take more of
 * them along.
 */
export function unstack(scene: Scene, { top }: Extract<Action, { kind: "unstack" }>): null {
  const { kernel, berth, parent, tell } = scene;
  let stack = kernel.stack(parent);
  const from = stack.length;
  if (stack[0] !== top) throw new KernelError("unstack", berth.mount.target, EAGAIN);
  try {
    for (let done = 0; done < AT_ONCE && isDoubled(scene, stack); done += 1) {
      kernel.detachTop(parent, stack[0]);
      stack = kernel.stack(parent);
    }
  } finally {
    berth.seen = null;
    if (stack.length < from) tell({ kind: "unstacked", mount: berth.mount.name, from, to: stack.length });
  }
  return null;
}

/** Somebody else's mount may have come on top since the last one went. */
function isDoubled({ kernel, berth }: Scene, stack: bigint[]): stack is [bigint, ...bigint[]] {
  const { expected } = berth.memory;
  return (
    stack.length > 1 &&
    stack.slice(0, 2).every((id) => {
      const details = kernel.describe(id);
      return details !== null && expected !== null && sameMounted(details, expected);
    })
  );
}

import type { Berth } from "./berth.ts";

/**
 * Asked before a pass, tells after it whether a new probe is worth it: the right mount was put back, something happened
 * while the volume is not verified, the path leads to another parent, or the source that waited could not be used any more.
 * Not when that came with the last report: the next one would be no better.
 */
export function worthAProbe(berth: Berth, eventful: boolean): () => boolean {
  const before = { mount: berth.memory.attachedMount, parent: berth.parent };
  const wasWaiting = berth.sourceKept && berth.source !== null;
  return () => {
    const { memory, source, attached, parent } = berth;
    const isGone = wasWaiting && source === null && !attached;
    berth.sourceKept = source !== null;
    const isNews = eventful || (before.parent !== null && parent !== before.parent);
    return isGone || before.mount?.id !== memory.attachedMount?.id || (isNews && !memory.probe.verified);
  };
}

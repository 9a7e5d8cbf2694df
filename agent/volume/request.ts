import type { Directory, Mount } from "../core/config/config.ts";
import type { RescueOrder } from "../core/rescue.ts";

/** What a volume child is asked: one line of JSON on its standard input. */
export interface VolumeRequest {
  mount: Mount;
  instance: string;
  /** Names this node's folder in the volume. */
  node: string;
  /** The other configured mounts, to notice that their volumes were swapped. */
  otherMounts: string[];
  /** Directories that pods ask for: made when missing, and never changed when they are there. */
  requested?: readonly Directory[];
  /** Then move what lies in the bare directory into the volume. */
  rescue?: RescueOrder;
}

/** Whether an answer to one is as good for the other: about the same source, by the same rules. */
export const asksTheSame = (a: VolumeRequest, b: VolumeRequest): boolean => question(a) === question(b);

const question = ({ mount: { source, sourceMustBeMount, name, options }, otherMounts }: VolumeRequest): string =>
  JSON.stringify([source, sourceMustBeMount, name, options, otherMounts.toSorted()]);

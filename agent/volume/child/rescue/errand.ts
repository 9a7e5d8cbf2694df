import type { Apart } from "../../../core/rescue.ts";
import type { Pace } from "./pace.ts";
import { Tally } from "./tally.ts";
import { Waiting } from "./waiting.ts";
import type { Workshop } from "./workshop.ts";

interface Given {
  workshop: Workshop;
  /** Root of the folder aside, and its name in the bare directory. */
  aside: number;
  asideName: string;
  /** Name of the folder for what cannot be put into its place. */
  time: string;
  /** Bytes that the volume is to have left at least. */
  minFreeBytes: number;
  pace: Pace;
  apart: Apart;
}

/** What the steps of one rescue share. */
export class Errand {
  readonly workshop: Workshop;
  readonly aside: number;
  readonly asideName: string;
  readonly time: string;
  readonly minFreeBytes: number;
  readonly pace: Pace;
  readonly tally = new Tally();
  /** Paths that are mounts of their own in a pod, or have one on them. */
  readonly apart: ReadonlySet<string>;
  /** Of those, the ones that stay even as empty directories. */
  readonly points: ReadonlySet<string>;
  readonly waiting = new Waiting(this);
  /** One of the two file systems is gone or read-only: the rest would fail, too. */
  isHopeless = false;

  constructor({ workshop, aside, asideName, time, minFreeBytes, pace, apart }: Given) {
    this.workshop = workshop;
    this.aside = aside;
    this.asideName = asideName;
    this.time = time;
    this.minFreeBytes = minFreeBytes;
    this.pace = pace;
    this.apart = new Set([...apart.roots, ...apart.points]);
    this.points = new Set(apart.points);
    pace.onLook = () => this.waiting.look();
  }

  /** Nothing more is to be begun. Not before anything was moved: what is left again and again may lie before the rest. */
  get isOver(): boolean {
    return this.isHopeless || (this.pace.isOver && this.tally.files > 0);
  }
}

import type { Pace } from "./pace.ts";
import { Tally } from "./tally.ts";
import { Waiting } from "./waiting.ts";
import type { Workshop } from "./workshop.ts";

interface Given {
  workshop: Workshop;
  /** Root of the folder aside, in the bare directory. */
  aside: number;
  /** Name of the folder for what cannot be put into its place. */
  time: string;
  /** Bytes that the volume is to have left at least. */
  minFreeBytes: number;
  pace: Pace;
}

/** Failures in a row after which the rest would fail, too. */
const HOPELESS = 20;

/** What the steps of one rescue share. */
export class Errand {
  readonly workshop: Workshop;
  readonly aside: number;
  readonly time: string;
  readonly minFreeBytes: number;
  readonly pace: Pace;
  readonly tally = new Tally();
  readonly waiting = new Waiting(this);

  constructor({ workshop, aside, time, minFreeBytes, pace }: Given) {
    this.workshop = workshop;
    this.aside = aside;
    this.time = time;
    this.minFreeBytes = minFreeBytes;
    this.pace = pace;
    pace.onLook = () => this.waiting.look();
  }

  /** Whatever fails, it is tried again later. */
  get isHopeless(): boolean {
    return this.tally.inARow >= HOPELESS;
  }

  /** Nothing more is to be begun. */
  get isOver(): boolean {
    return this.pace.isOver || this.isHopeless;
  }
}

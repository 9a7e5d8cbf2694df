/** Whoever asked for the rescue has let go of it: everything is put back where it was. */
export class Stopped extends Error {}

export interface PaceOptions {
  /** CLOCK_MONOTONIC, milliseconds. */
  now(): number;
  /** Sleeps that long; true as soon as nobody waits for the answer any more. */
  sleep(ms: number): boolean;
  /** Says that it is still at work. */
  progress(): void;
}

/** How long one rescue lasts before it answers, so that the volume is probed in between. */
const SLICE_MS = 10_000;
const LOOK_EVERY_MS = 20;
const TELL_EVERY_MS = 50;

/** Looks up from the work now and then. */
export class Pace {
  readonly #options: PaceOptions;
  readonly #end: number;
  #nextLook = 0;
  #nextWord = 0;
  /** Is called at each look. */
  onLook: () => void = () => {};

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#end = options.now() + SLICE_MS;
  }

  now(): number {
    return this.#options.now();
  }

  /** Nothing more is to be begun. */
  get isOver(): boolean {
    return this.now() >= this.#end;
  }

  /** To be called often: whenever a file is done, and within long ones. Throws Stopped. */
  tick(sleepMs = 0): void {
    const now = this.now();
    if (sleepMs === 0 && now < this.#nextLook) return;
    this.#nextLook = now + LOOK_EVERY_MS;
    if (now >= this.#nextWord) {
      this.#nextWord = now + TELL_EVERY_MS;
      this.#options.progress();
    }
    if (this.#options.sleep(Math.min(sleepMs, LOOK_EVERY_MS))) throw new Stopped();
    this.onLook();
  }
}

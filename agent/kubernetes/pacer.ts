/** Lets one write go at a time, and never two within the gap: whatever happens on the node, the API server has its peace. */
export class Pacer {
  readonly #gapMs: number;
  #last: Promise<void> = Promise.resolve();

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /** Resolves when it is this caller's turn; turns come in the order in which they were asked for. */
  turn(): Promise<void> {
    const mine = this.#last;
    this.#last = mine.then(() => Bun.sleep(this.#gapMs));
    return mine;
  }
}

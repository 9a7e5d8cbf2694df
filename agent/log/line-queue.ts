/** Lines on their way to a descriptor that may be slow, full or dead: in order, never cut, bounded; what does not fit is counted. */
export class LineQueue {
  readonly #limit: number;
  #lines: Buffer[] = [];
  #writing: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #dropped = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  push(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#bytes + bytes.length > this.#limit) {
      this.#dropped += 1;
      return;
    }
    this.#lines.push(bytes);
    this.#bytes += bytes.length;
  }

  /** What to write next, empty when there is nothing; the same until some of it is `written`. */
  next(): Buffer {
    if (this.#writing.length === 0) {
      this.#writing = Buffer.concat(this.#lines);
      this.#lines = [];
    }
    return this.#writing;
  }

  /** The first `bytes` of what `next` gave have left. */
  written(bytes: number): void {
    this.#writing = this.#writing.subarray(bytes);
    this.#bytes -= bytes;
  }

  /** How many lines did not fit since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}

/** A sleep that can be cut short: what happened before it began counts too, so no call of `ring` is lost. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves after so many milliseconds, or once it rings; at once when it rang since the last sleep. */
  async sleep(ms: number): Promise<void> {
    if (!this.#rung && ms > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      // setTimeout takes no longer time and would fire at once.
      const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1));
      await promise;
      clearTimeout(timer);
      this.#wake = null;
    }
    this.#rung = false;
  }
}

/** Draws the same lots for the same seed: xorshift32. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    // Zero is the one state that it never leaves; neighbouring seeds must not draw alike.
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1;
    for (let round = 0; round < 8; round++) this.below(2);
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % bound;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("there is nothing to pick from");
    return item;
  }

  /** As often as its weight says. */
  weighted<T extends { weight: number }>(items: readonly T[]): T {
    let at = this.below(items.reduce((sum, { weight }) => sum + weight, 0));
    for (const item of items) {
      at -= item.weight;
      if (at < 0) return item;
    }
    return this.pick(items);
  }
}

/** How the demo speaks: numbered steps, indented facts, and checks that decide the verdict. */
export class Narrator {
  readonly #colour: boolean;
  #step = 0;
  #failed = 0;

  constructor(colour: boolean) {
    this.#colour = colour;
  }

  step(title: string): void {
    this.#step += 1;
    console.log(`\n${this.#paint("1", `${this.#step}. ${title}`)}`);
  }

  say(text: string): void {
    for (const line of text.split("\n")) console.log(`   ${line}`);
  }

  /** A fact that must hold, or the demo fails. */
  check(holds: boolean, fact: string): void {
    if (!holds) this.#failed += 1;
    console.log(`   ${holds ? this.#paint("32", "✓") : this.#paint("31", "✗ NOT SO:")} ${fact}`);
  }

  /** The closing verdict; true when everything was as said. */
  verdict(seconds: number): boolean {
    const took = `in ${seconds.toFixed(1)} s`;
    if (this.#failed === 0) console.log(`\n${this.#paint("1;32", `Everything held ${took}.`)}`);
    else console.log(`\n${this.#paint("1;31", `${this.#failed} of the things said above were not so (${took}).`)}`);
    return this.#failed === 0;
  }

  #paint(code: string, text: string): string {
    return this.#colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** `87 µs`, `1.2 ms`, `3.4 s` */
export function spell(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

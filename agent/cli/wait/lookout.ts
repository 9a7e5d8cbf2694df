import { delayAfter } from "../../core/backoff.ts";
import { printable } from "../../core/printable.ts";
import type { Sighting } from "./look.ts";

/** What is known of one path at this moment. */
export type Outlook =
  | { kind: "ready"; uuid: string }
  | { kind: "notReady"; why: string }
  /** The child that looks has not come back for so long. */
  | { kind: "stuck"; forMs: number };

/** A child writes a line at least every second; so long without one is more than a busy machine. */
const stuckAfterMs = 3000;
/** What is older does not count as ready. */
const freshMs = 1500;
const maxLine = 16_384;

/** Watches one path through a child, since a look may hang. Never a second child beside one that does. */
export class Lookout {
  readonly path: string;
  readonly #self: readonly string[];
  readonly #changed: () => void;
  #last: Sighting = { ready: false, why: "not looked at yet" };
  #heardAt = performance.now();
  #child: Bun.Subprocess<"ignore", "pipe", "pipe"> | null = null;
  #stopped = false;

  /** `self` starts this program anew; `changed` is called after each look. */
  constructor(path: string, self: readonly string[], changed: () => void) {
    this.path = path;
    this.#self = self;
    this.#changed = changed;
  }

  get outlook(): Outlook {
    const silentMs = performance.now() - this.#heardAt;
    if (silentMs > stuckAfterMs) return { kind: "stuck", forMs: silentMs };
    if (!this.#last.ready) return { kind: "notReady", why: this.#last.why };
    if (silentMs > freshMs) return { kind: "notReady", why: "it was ready, and looking at it takes long now" };
    return { kind: "ready", uuid: this.#last.uuid };
  }

  /** Looks until `stop`. Never rejects. */
  async watch(): Promise<void> {
    for (let attempts = 1; !this.#stopped; attempts += 1) {
      const why = await this.#listen().catch((error: unknown) => String(error));
      this.#hear({ ready: false, why: `the process that looks at it ended: ${why}` });
      await Bun.sleep(delayAfter({ minMs: 50, maxMs: 1000 }, attempts));
    }
  }

  /** A child that the kernel holds stays until it lets go. */
  stop(): void {
    this.#stopped = true;
    this.#child?.kill("SIGKILL");
  }

  /** Starts a child and hears it until it has ended, however long the kernel holds it; tells why it ended. */
  async #listen(): Promise<string> {
    const command = [...this.#self, "wait-look", "--", this.path];
    const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    this.#child = child;
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      const last = lines.at(-1);
      if (last !== undefined) this.#hear(readSighting(last));
      if (rest.length > maxLine) child.kill("SIGKILL");
    }
    const code = await child.exited;
    const said = (await new Response(child.stderr).text()).trim().slice(-500);
    return said === "" ? `exit code ${code}` : printable(said);
  }

  #hear(sighting: Sighting): void {
    this.#last = sighting;
    this.#heardAt = performance.now();
    this.#changed();
  }
}

const readSighting = (line: string): Sighting => {
  try {
    const { ready, uuid, why } = JSON.parse(line) as Partial<Record<"ready" | "uuid" | "why", unknown>>;
    if (ready === true && typeof uuid === "string") return { ready, uuid };
    if (ready === false && typeof why === "string") return { ready, why: printable(why) };
  } catch {
    // Told below.
  }
  return { ready: false, why: "what the process that looks at it says cannot be read" };
};

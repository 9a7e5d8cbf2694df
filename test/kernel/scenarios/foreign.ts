import { join } from "node:path";
import type { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";

/**
 * Somebody else's directory, with a file in it, bound over a target. It is visible at home as well, where it can be told
 * whether anybody wrote to it.
 */
export class Foreign {
  readonly home: string;
  readonly #machine: Machine;
  readonly #target: string;
  readonly #content: string;
  /** Whether it may be detached: by its owner, or by an agent whose configuration says so. */
  #mayGo = false;
  #id = 0;

  private constructor(machine: Machine, home: string, target: string, content: string) {
    this.#machine = machine;
    this.home = home;
    this.#target = target;
    this.#content = content;
  }

  /** Makes the directory and binds it over the target, on the machine or in a peer of it. */
  static async over(machine: Machine, { place = machine as Place, target = machine.target } = {}): Promise<Foreign> {
    const name = await machine.sh(`mktemp -d "$1"/foreign-XXXXXX`, { args: [machine.node] });
    await machine.sh(`echo theirs > "$1"/file`, { args: [name] });
    const foreign = new Foreign(machine, name, target, await contentOf(machine, name));
    await place.sh(`mount --bind "$1" "$2"`, { args: [name, target] });
    foreign.#id = foreign.#mounts()[0]?.id ?? 0;
    return foreign;
  }

  /** Its owner takes it away. */
  async takeAway(): Promise<void> {
    this.mayGo();
    await this.#machine.sh(`umount -l "$1"`, { args: [this.#target] });
  }

  mayGo(): void {
    this.#mayGo = true;
  }

  isThere(): boolean {
    return this.#mounts().length > 0;
  }

  /** What has been done to it that nobody was allowed to; null when nothing. */
  async harm(): Promise<string | null> {
    if (!this.#mayGo && this.#mounts()[0]?.id !== this.#id) return `${this.home} is no longer mounted`;
    const content = await contentOf(this.#machine, this.home);
    return content === this.#content ? null : `${this.home} holds ${content}, and held ${this.#content}`;
  }

  #mounts() {
    const root = `/${this.home.slice(this.#machine.node.length + 1)}`;
    const here = (path: string) => path === this.#target || path.startsWith(join(this.#target, "/"));
    return this.#machine.mountinfo().filter((entry) => entry.root === root && here(entry.mountPoint));
  }
}

/** But for what consumers, who cannot know, write to whatever is on top. */
const contentOf = (machine: Machine, home: string): Promise<string> =>
  machine.sh(`cd "$1"; find . -mindepth 1 ! -name 'consumer-*' -printf '%P %M %s %T@\\n' | LC_ALL=C sort; cat file`, {
    args: [home],
  });

import { existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { nothingApart } from "../../../agent/core/rescue.ts";
import { setImmutable } from "../../../agent/kernel/inode.ts";
import { ignoreLeaseSignals } from "../../../agent/kernel/lease.ts";
import { Errand } from "../../../agent/volume/child/rescue/errand.ts";
import type { Folder as Shadowed } from "../../../agent/volume/child/rescue/folder.ts";
import { moveSome } from "../../../agent/volume/child/rescue/move.ts";
import { Pace } from "../../../agent/volume/child/rescue/pace.ts";
import { Workshop } from "../../../agent/volume/child/rescue/workshop.ts";
import { Folder } from "../../kernel/syscalls/folder.ts";

const ASIDE = ".mooring-aside-20260101T000000Z";
/** By how much the clock of a rescue goes on each time that it is asked: enough for a look each time. */
const STRIDE_MS = 25;

/** A bare directory and a volume that are both plain directories, and the steps of a rescue from one into the other. */
export class Shadow implements Disposable {
  readonly #root = new Folder("memory");
  readonly #bare = this.#directory("bare");
  readonly errand: Errand;
  readonly top: Shadowed;
  /** Is called just before each look. */
  onLook = (): void => {};
  #now = 0;

  /** Files of that many bytes. */
  constructor(files: Readonly<Record<string, number>>) {
    ignoreLeaseSignals();
    const pace = new Pace({
      now: () => (this.#now += STRIDE_MS),
      sleep: () => {
        this.onLook();
        return false;
      },
      progress: () => {},
    });
    const workshop = new Workshop(this.#directory("workshop"));
    const aside = this.#directory(`bare/${ASIDE}`);
    const time = "20260101T000000Z";
    this.errand = new Errand({ workshop, aside, asideName: ASIDE, time, minFreeBytes: 0, pace, apart: nothingApart });
    const home = this.#directory("home");
    this.top = { parent: null, path: [], bare: this.#bare, home, isElsewhere: false, aside: null, users: 1 };
    for (const [name, size] of Object.entries(files)) writeFileSync(this.bare(name), "x".repeat(size));
  }

  /** Begins to move these files. */
  move(...names: string[]): void {
    moveSome(this.errand, this.top, names);
  }

  bare(name: string): string {
    return this.#root.at("bare", name);
  }

  aside(name: string): string {
    return this.#root.at("bare", ASIDE, name);
  }

  /** Where a file is: any of the bare directory, aside, and the volume. */
  where(name: string): string[] {
    const places = { bare: this.bare(name), aside: this.aside(name), volume: this.#root.at("home", name) };
    return Object.entries(places).flatMap(([place, path]) => (existsSync(path) ? [place] : []));
  }

  [Symbol.dispose](): void {
    setImmutable(this.#bare, "bare", false);
    this.#root[Symbol.dispose]();
  }

  #directory(name: string): number {
    mkdirSync(this.#root.at(name));
    return openSync(this.#root.at(name), "r");
  }
}

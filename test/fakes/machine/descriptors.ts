import type { Directory } from "./file-system.ts";
import type { Mount, ParentDirectory } from "./mount.ts";

/** What an open descriptor refers to. */
export type Opened =
  | { kind: "parent"; parent: ParentDirectory }
  | { kind: "bare"; directory: Directory; by: string }
  | { kind: "directory"; directory: Directory; through: Mount | null }
  | { kind: "tree"; mount: Mount };

/**
 * The open descriptors of one process. Numbers are never used twice, so that a use after close is always noticed: that
 * throws an ordinary Error, which nothing in the keeper catches.
 */
export class Descriptors {
  readonly #open = new Map<number, Opened>();
  #last = 2;

  open(opened: Opened): number {
    this.#last += 1;
    this.#open.set(this.#last, opened);
    return this.#last;
  }

  at<K extends Opened["kind"]>(fd: number, ...kinds: K[]): Extract<Opened, { kind: K }> {
    const opened = this.#open.get(fd);
    if (!opened) throw new Error(`descriptor ${fd} is used, but not open`);
    if (!kinds.some((kind) => kind === opened.kind)) throw new Error(`descriptor ${fd} is a ${opened.kind}`);
    return opened as Extract<Opened, { kind: K }>;
  }

  close(fd: number): void {
    const opened = this.at(fd, "parent", "bare", "directory", "tree");
    if (opened.kind === "bare" && opened.directory.lock === opened) opened.directory.lock = null;
    this.#open.delete(fd);
  }

  closeAll(): void {
    for (const fd of this.#open.keys()) this.close(fd);
  }

  all(): Opened[] {
    return [...this.#open.values()];
  }

  /** How many of each kind are open, e.g. `bare 1, parent 1, tree 1`. */
  toString(): string {
    const kinds = this.all().map(({ kind }) => kind);
    const counted = [...new Set(kinds)].sort().map((kind) => `${kind} ${kinds.filter((each) => each === kind).length}`);
    return counted.join(", ") || "none";
  }
}

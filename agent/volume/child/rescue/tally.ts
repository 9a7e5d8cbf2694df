import { type Left, nothingLeft, type Rescued } from "../../../core/rescue.ts";

/** Counts what becomes of the shadowed files. */
export class Tally {
  files = 0;
  bytes = 0;
  elsewhere = 0;
  changed = 0;
  #left: Left = { ...nothingLeft };
  #example: string | null = null;

  /** What was left in an earlier round is met again. */
  startRound(): void {
    this.#left = { ...nothingLeft };
    this.#example = null;
  }

  leave(kind: keyof Left, path: string, why: string): void {
    this.#left[kind] += 1;
    this.#example ??= `${path} ${why}`;
  }

  leaveApart(path: string): void {
    this.leave("failed", path, "is mounted by itself in a pod");
  }

  move(bytes: number): void {
    this.files += 1;
    this.bytes += bytes;
  }

  result(folder: string, more: boolean): Rescued {
    const { files, bytes, elsewhere, changed } = this;
    return {
      files,
      bytes,
      elsewhere,
      folder: elsewhere > 0 ? folder : null,
      changed,
      left: this.#left,
      example: this.#example,
      more,
    };
  }
}

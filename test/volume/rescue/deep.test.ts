import { expect, test } from "bun:test";
import { openSync } from "node:fs";
import { removeAside } from "../../../agent/volume/child/rescue/aside.ts";
import { Tally } from "../../../agent/volume/child/rescue/tally.ts";
import { sweep } from "../../../agent/volume/child/rescue/walk.ts";
import { Folder, said } from "../../kernel/syscalls/folder.ts";

/** That many directories of one name, each in the one before. */
class Nest extends Folder {
  constructor(name: string, levels: number) {
    super("memory");
    said(["sh", "-euc", `cd "$1"; for _ in $(seq ${levels}); do mkdir ${name}; cd ${name}; done`, "sh", this.path]);
  }

  get levels(): number {
    return Number(said(["sh", "-euc", `find "$1" -mindepth 1 | wc -l`, "sh", this.path]));
  }

  override [Symbol.dispose](): void {
    said(["chattr", "-R", "-i", this.path]);
    super[Symbol.dispose]();
  }
}

test.each([100, 101])("empty directories are removed as deep as a rescue goes: %d levels", (levels) => {
  using nest = new Nest("d", levels);
  const errand = { asideName: "aside", points: new Set<string>(), tally: new Tally() };
  expect(sweep(errand, openSync(nest.path, "r"))).toBe(levels === 100);
  expect(nest.levels).toBe(levels === 100 ? 0 : levels);
});

test.each([100, 101])("so are those aside: %d levels", (levels) => {
  using nest = new Nest("aside", 1 + levels);
  expect(removeAside(openSync(nest.at("aside"), "r"), openSync(nest.path, "r"), "aside")).toBe(levels === 100);
  expect(nest.levels).toBe(levels === 100 ? 0 : 1 + levels);
});

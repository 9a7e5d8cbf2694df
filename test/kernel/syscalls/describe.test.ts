import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { splitOptions } from "../../../agent/core/mountinfo/options.ts";
import type * as StatmountModule from "../../../agent/kernel/statmount.ts";
import type * as StatxModule from "../../../agent/kernel/statx.ts";
import { Machine } from "../harness/machine.ts";
import { codeOf, Inside } from "../linux/inside.ts";
import type * as Everything from "./describe-everything.ts";
import type { Descriptions } from "./describe-everything.ts";

/** Mounts of every odd kind. "$1": where there is room, "$2": a name with a letter of four bytes. */
const oddMounts = String.raw`
  cd "$1"; mkdir -p odd; cd odd
  at() { mkdir -p "$1"; }
  at "a space";                 mount -t tmpfs 'source with space' "a space"
  at "$(printf 'new\nline')";   mount -t tmpfs "$(printf 'so\nurce')" "$(printf 'new\nline')"
  at 'back\slash\040';          mount -t tmpfs 'back\slash\040' 'back\slash\040'
  at "$(printf 'tab\there')";   mount -t tmpfs '#hash' "$(printf 'tab\there')"
  at "$(printf 'no\377text')";  mount -t tmpfs "$(printf 'no\377text')" "$(printf 'no\377text')"
  at "$2";                      mount -t tmpfs "$2" "$2"
  at options;                   mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime none options
  at strict;                    mount -t tmpfs -o strictatime,size=1m,mode=0711,uid=7 none strict
  at nodiratime;                mount -t tmpfs -o nodiratime none nodiratime
  at bind;                      mount -t tmpfs none bind; mkdir "bind/sub dir"; at bound; mount --bind "bind/sub dir" bound
  at gone;                      mkdir "bind/to go"; mount --bind "bind/to go" gone; rmdir "bind/to go"
  at readonly;                  mount --bind bind readonly; mount -o remount,bind,ro readonly
  at shared;                    mount -t tmpfs none shared; mount --make-shared shared
  at slave;                     mount --bind shared slave; mount --make-slave slave
  at both;                      mount --bind shared both; mount --make-slave both; mount --make-shared both
  at unbindable;                mount -t tmpfs none unbindable; mount --make-unbindable unbindable
  at stacked;                   mount -t tmpfs one stacked; mount -t tmpfs two stacked; mount -t tmpfs three stacked
  at nested;                    mount -t tmpfs none nested; mkdir nested/inner; mount -t tmpfs none nested/inner
  at lower; at 'upper,work'; mount -t tmpfs none 'upper,work'; mkdir 'upper,work/u' 'upper,work/w'
  at overlay; mount -t overlay overlay -o "lowerdir=lower,upperdir=upper\,work/u,workdir=upper\,work/w" overlay
  at file; : > file/f; : > file/g; mount --bind file/f file/g
  at proc;                      mount -t proc proc proc
  at empty;                     mount -t tmpfs "" empty
`;

let machine: Machine;
let inside: Inside;
let all: Descriptions[];
const at = (name: string): Descriptions | undefined =>
  all.find(({ mountPoint }) => mountPoint === `${machine.root}/odd/${name}`);

beforeAll(async () => {
  machine = await Machine.start({ volume: "ext4" });
  await machine.sh(oddMounts, { args: [machine.root, "text \u{1f9f5}"] });
  await machine.fuse(join(machine.root, "odd/fuse"));
  inside = await Inside.start(machine);
  const file = "../test/kernel/syscalls/describe-everything.ts";
  all = await inside.module<typeof Everything>(file).describeEverything();
});

afterAll(() => machine[Symbol.dispose]());

describe("statmount and the mount table say the same", () => {
  test("about every kind of mount", () => {
    expect(all.length).toBeGreaterThan(35);
    for (const { mountPoint, tableIds, parentIds, peerGroups, details, options, hasMountsInside } of all) {
      const { fromTable } = tableIds;
      expect([mountPoint, tableIds]).toEqual([
        mountPoint,
        { fromTable, fromStatx: fromTable, fromStatmount: fromTable },
      ]);
      expect([mountPoint, parentIds.fromStatmount ?? parentIds.fromTable]).toEqual([mountPoint, parentIds.fromTable]);
      expect([mountPoint, peerGroups.fromStatmount]).toEqual([mountPoint, peerGroups.fromTable]);
      expect([mountPoint, details.statmountWithoutNames]).toEqual([mountPoint, details.table]);
      expect([mountPoint, options.statmount]).toEqual([mountPoint, options.table]);
      expect([mountPoint, hasMountsInside.statmount]).toEqual([mountPoint, hasMountsInside.table]);
    }
  });

  test("with the names too", () => {
    for (const { mountPoint, details } of all) {
      const { superOptions: fromStatmount, ...named } = details.statmount ?? { superOptions: "" };
      const { superOptions: fromTable, ...tabled } = details.table ?? { superOptions: "" };
      expect([mountPoint, named]).toEqual([mountPoint, tabled]);
      // statmount(2) leaves the escapes in, as the table does; only the parser of the table takes them away.
      expect([mountPoint, splitOptions(fromStatmount).join()]).toEqual([mountPoint, fromTable]);
    }
  });
});

describe("what is said", () => {
  test.each([
    ["a space", { source: "source with space" }],
    ["new\nline", { source: "so\nurce" }],
    ["back\\slash\\040", { source: "back\\slash\\040" }],
    ["tab\there", { source: "#hash" }],
    ["no\udcfftext", { source: "no\udcfftext" }],
    ["options", { options: ["ro", "nosuid", "nodev", "noexec", "noatime"] }],
    ["strict", { options: ["rw"] }],
    ["nodiratime", { options: ["rw"] }],
    ["bound", { root: "/sub dir" }],
    ["gone", { root: "/to go//deleted" }],
    ["text \u{1f9f5}", { source: "text \u{1f9f5}" }],
    ["readonly", { options: ["ro"], shared: false }],
    ["shared", { shared: true }],
    ["slave", { shared: false }],
    ["both", { shared: true }],
    ["stacked", { source: "three" }],
    ["overlay", { fsType: "overlay", source: "overlay" }],
    ["fuse", { fsType: "fuse.fake", source: "fake" }],
    ["file/g", { root: "/odd/file/f" }],
    ["proc", { fsType: "proc" }],
    ["empty", { fsType: "tmpfs", source: "" }],
  ])("of %j is %j", (name, expected) => {
    expect(at(name)?.details.statmount).toMatchObject(expected);
  });

  test("super options begin with the file system's own access", () => {
    expect(at("readonly")?.details.statmount?.superOptions).toStartWith("rw");
    expect(at("options")?.details.statmount?.superOptions).toStartWith("ro");
  });

  test("mounts inside are seen, their own stack and depth notwithstanding", () => {
    const inside = ["nested", "nested/inner", "stacked", "bind"].map((name) => at(name)?.hasMountsInside.statmount);
    expect(inside).toEqual([true, false, false, false]);
  });
});

describe("a mount that is gone", () => {
  test("is ENOENT, and its id is never used again", async () => {
    const { statmount, statmountStrings } = inside.module<typeof StatmountModule>("kernel/statmount.ts");
    const { statx } = inside.module<typeof StatxModule>("kernel/statx.ts");
    const ids: bigint[] = [];
    for (let round = 0; round < 5; round += 1) {
      await machine.sh(`mount -t tmpfs none "$1"`, { args: [machine.parent] });
      const { mountId } = await statx(-100, machine.parent);
      expect((await statmount(mountId)).id).toBe(mountId);
      await machine.sh(`umount "$1"`, { args: [machine.parent] });
      expect(await codeOf(statmount(mountId))).toBe("ENOENT");
      expect(await codeOf(statmountStrings(mountId))).toBe("ENOENT");
      ids.push(mountId);
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.toSorted((a, b) => Number(a - b)));
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type MountEntry, parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { mountsAt, mountsBelow } from "../../../agent/core/mountinfo/stack.ts";

/** `id parent mountPoint`, one a line. */
const table = (lines: string): MountEntry[] =>
  parseMountinfo(lines.replace(/^(\d+) (\d+) (\S+)$/gm, "$1 $2 0:1 / $3 rw - tmpfs tmpfs rw"));
const ids = (entries: MountEntry[]): number[] => entries.map((entry) => entry.id);

describe("the mounts at a path", () => {
  test("are none where nothing is mounted", () => {
    const entries = table("1 0 /\n2 1 /mnt\n");
    expect(ids(mountsAt(entries, "/mnt/t"))).toEqual([]);
    expect(ids(mountsAt(entries, "/mn"))).toEqual([]);
    expect(mountsAt([], "/")).toEqual([]);
  });

  test("are the root's too", () => {
    expect(ids(mountsAt(table("1 1 /\n2 1 /\n"), "/"))).toEqual([1, 2]);
  });

  test("come bottom to top by their parents, not by line or id", () => {
    // 9 was put beneath 5 (MOVE_MOUNT_BENEATH): it has the younger id and the later line.
    expect(ids(mountsAt(table("1 0 /\n5 9 /mnt/t\n9 3 /mnt/t\n3 1 /mnt/t\n"), "/mnt/t"))).toEqual([3, 9, 5]);
  });

  test("are those a lookup meets: the ones that an over-mounted parent hides are left out", () => {
    const entries = table("1 0 /\n2 1 /mnt\n3 2 /mnt/t\n4 2 /mnt\n5 4 /mnt/t\n");
    expect(ids(mountsAt(entries, "/mnt/t"))).toEqual([5]);
    expect(ids(mountsAt(entries, "/mnt"))).toEqual([2, 4]);
  });

  test("are none when a mount in between came later and hides them", () => {
    expect(ids(mountsAt(table("1 0 /\n2 1 /a/b/c\n3 1 /a/b\n"), "/a/b/c"))).toEqual([]);
  });

  test("are found in a chroot, whose mounts hang on mounts that are out of sight", () => {
    expect(ids(mountsAt(table("70 63 /proc\n71 63 /t\n72 71 /t\n"), "/t"))).toEqual([71, 72]);
  });

  test("end where a table goes round in a circle", () => {
    expect(ids(mountsAt(table("1 0 /\n2 3 /t\n3 2 /t\n"), "/t"))).toEqual([]);
  });
});

describe("the mounts below a path", () => {
  test("are those inside it and no neighbours", () => {
    const entries = table("1 0 /\n2 1 /mnt\n3 2 /mnt/t\n4 1 /mnt2\n5 3 /mnt/t/x/y\n");
    expect(ids(mountsBelow(entries, "/mnt"))).toEqual([3, 5]);
    expect(ids(mountsBelow(entries, "/"))).toEqual([2, 3, 4, 5]);
  });
});

test("in a tree of mounts that never hide one another, every mount is found where it was put", () => {
  const paths = ["/", "/a", "/a/b", "/a/b/c", "/d"];
  const pushes = fc.array(fc.constantFrom(...paths), { maxLength: 12 });
  fc.assert(
    fc.property(pushes, fc.infiniteStream(fc.nat()), (wanted, random) => {
      // Parents first, so that no later mount covers the way to an earlier one.
      const stacks = new Map<string, MountEntry[]>();
      const entries: MountEntry[] = [];
      for (const path of ["/", ...wanted].sort()) {
        const way = paths.filter((above) => path === above || above === "/" || path.startsWith(`${above}/`));
        const parent = way.flatMap((above) => stacks.get(above) ?? []).at(-1);
        const [made] = table(`${entries.length + 1} ${parent?.id ?? 0} ${path}\n`);
        if (!made) throw new Error("no entry");
        entries.push(made);
        stacks.set(path, [...(stacks.get(path) ?? []), made]);
      }
      const order = entries.map((entry) => ({ entry, key: Number(random.next().value) }));
      const shuffled = order.sort((a, b) => a.key - b.key).map(({ entry }) => entry);
      for (const path of paths) expect(ids(mountsAt(shuffled, path))).toEqual(ids(stacks.get(path) ?? []));
    }),
    { numRuns: 1000 },
  );
});

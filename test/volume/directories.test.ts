import { describe, expect, test } from "bun:test";
import type { Directory } from "../../agent/core/config/config.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { ask } from "./ask.ts";

const directory = (path: string, rest: Partial<Directory> = {}): Directory => ({
  path,
  uid: null,
  gid: null,
  mode: null,
  ...rest,
});
const lookWith = (machine: Machine, ...directories: Directory[]) => ask(machine, { mount: { directories } });
const shown = (machine: Machine, path: string): Promise<string> =>
  machine.sh(`stat -c '%F %u %g %a' "$1"`, { args: [`${machine.source}/${path}`] });

describe("an application's directory", () => {
  test("is made, with those above it, owner and mode; what is not asked for stays as it is", async () => {
    using machine = await Machine.start();
    const odd = `a b/${"n".repeat(255)}/\u{1f9f5}\n`;
    const { volume } = await lookWith(
      machine,
      directory("plain"),
      directory("app-one", { uid: 1000, gid: 2000, mode: 0o770 }),
      directory("deep/er/app", { uid: 1001, mode: 0o2755 }),
      directory(odd, { gid: 5 }),
    );
    expect(volume).toMatchObject({ problem: null, remark: null });
    expect(await shown(machine, "plain")).toBe("directory 0 0 755");
    expect(await shown(machine, "app-one")).toBe("directory 1000 2000 770");
    expect(await shown(machine, "deep/er/app")).toBe("directory 1001 0 2755");
    expect(await shown(machine, "deep/er")).toBe("directory 0 0 755");
    expect(await shown(machine, odd)).toBe("directory 0 5 755");
  });

  test("is put right when somebody changed it, and else left alone with all that is in it", async () => {
    using machine = await Machine.start();
    const wanted = directory("app", { uid: 1000, gid: 1000, mode: 0o750 });
    await lookWith(machine, wanted);
    await machine.sh(`cd "$1/app"; echo dump > heap; chown 7:7 heap; chmod 600 heap`, { args: [machine.source] });
    const changed = () => machine.sh(`stat -c '%Z %Y' "$1/app" "$1/app/heap"`, { args: [machine.source] });
    const before = await changed();
    await lookWith(machine, wanted);
    expect(await changed()).toBe(before);
    await machine.sh(`chown 0:0 "$1/app"; chmod 777 "$1/app"`, { args: [machine.source] });
    await lookWith(machine, wanted);
    expect([await shown(machine, "app"), await shown(machine, "app/heap")]).toEqual([
      "directory 1000 1000 750",
      "regular file 7 7 600",
    ]);
    // Without a wish for either, the application's own choice stands.
    await machine.sh(`chown 9:9 "$1/app"; chmod 700 "$1/app"`, { args: [machine.source] });
    await lookWith(machine, directory("app"));
    expect(await shown(machine, "app")).toBe("directory 9 9 700");
  });

  test.each([
    ["a link to a folder outside", `ln -s "$2" "$1"`],
    ["a link to a folder inside", `ln -s "$3/app" "$1"`],
    ["a link to nowhere", `ln -s nowhere "$1"`],
    ["a file", `: > "$1"`],
    ["a FIFO", `mkfifo "$1"`],
    ["a device", `mknod "$1" c 1 3`],
    ["another mount", `mkdir "$1"; mount -t tmpfs -o mode=711 theirs "$1"`],
    ["an immutable folder", `mkdir -m 711 "$1"; chattr +i "$1"`],
  ])("whose place is taken by %s is told, and the others are made", async (_, take) => {
    using machine = await Machine.start();
    const outside = `${machine.root}/outside`;
    await machine.sh(`mkdir -m 711 "$2" "$3/app" "$3/x"`, { args: ["", outside, machine.source] });
    for (const path of ["taken", "x/taken"]) {
      await machine.sh(take, { args: [`${machine.source}/${path}`, outside, machine.source] });
      const owned = { uid: 1000, gid: 1000, mode: 0o777 };
      const { volume } = await lookWith(
        machine,
        directory(`${path}/below`, owned),
        directory(path, owned),
        directory("other"),
      );
      expect(volume).toMatchObject({ problem: null, remark: { reason: "DirectoryBlocked" } });
      expect(volume.remark?.message).toMatch(/taken|below/);
    }
    expect(await shown(machine, "other")).toBe("directory 0 0 755");
    expect(
      await machine.sh(`stat -c '%n %u %a' "$1" "$2/app"; ls -A "$1" "$2/app"`, { args: [outside, machine.source] }),
    ).toBe([`${outside} 0 711`, `${machine.source}/app 0 711`, `${outside}:`, "", `${machine.source}/app:`].join("\n"));
  });
});

describe("a directory that a pod asks for", () => {
  test("is made as asked, and left alone when it is there, whoever asks", async () => {
    using machine = await Machine.start();
    const first = directory("pods/app", { uid: 1000, gid: 1000, mode: 0o700 });
    const second = directory("pods/app", { uid: 2000, gid: 2000, mode: 0o777 });
    for (const wish of [first, second]) {
      expect((await ask(machine, { requested: [wish] })).volume).toMatchObject({ problem: null, remark: null });
      expect(await shown(machine, "pods/app")).toBe("directory 1000 1000 700");
    }
    await machine.sh(`ln -s /etc "$1/link"`, { args: [machine.source] });
    const { volume } = await ask(machine, { requested: [directory("link/app"), directory("other")] });
    expect(volume).toMatchObject({ problem: null, remark: { reason: "DirectoryBlocked" } });
    expect(await shown(machine, "other")).toBe("directory 0 0 755");
  });
});

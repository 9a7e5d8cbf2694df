import { describe, expect, test } from "bun:test";
import { refusing } from "../harness/old-kernel.ts";
import { until } from "../harness/until.ts";
import { codeOf, Inside } from "./inside.ts";
import { extremes, Scene } from "./scene.ts";

describe.each(extremes)("the bare directory, on %s,", (_, denied) => {
  test("is made when it is missing, and is the one under whatever is mounted", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await port.openParent(machine.target);
    const made = await port.openBare(parent);
    const { device, inode, ...state } = await port.inspectBare(made);
    expect(state).toEqual({ removed: false, sealed: false, entries: 0 });
    expect(await port.look(parent)).toEqual({ kind: "bare", device, inode, locked: false });

    await scene.sh(`: > "$2/hidden"; mkdir "$2/also"`);
    await scene.attach(parent);
    await scene.sh(`mount -t tmpfs over "$2"; : > "$2/elsewhere"`);
    const under = await port.openBare(parent);
    expect(await port.inspectBare(under)).toEqual({ device, inode, removed: false, sealed: false, entries: 2 });
    expect((await port.look(parent)).kind).toBe("mount");
    // What is seen through the view pins neither mount.
    await machine.sh(`umount "$1"; umount "$1"`, { args: [machine.target] });
  });

  test("is sealed and keeps its record, mounted or not; sealed again it stays so", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    await scene.attach(parent);
    const bare = await port.openBare(parent);
    expect(await port.readRecord(bare)).toBeNull();
    for (const record of ['{"a":1}', `{"longer":"${"x".repeat(500)}"}`, "{}"]) {
      expect(await port.sealBare(bare, record)).toBe(true);
      expect(await port.readRecord(bare)).toBe(record);
      expect(await port.inspectBare(bare)).toMatchObject({ sealed: true });
    }
    const other = await port.openBare(parent);
    expect(await port.readRecord(other)).toBe("{}");
    using below = await machine.below();
    expect(await below.sh(`stat -c %a "$1"; lsattr -d "$1" | cut -c5`, { args: [machine.target] })).toBe("0\ni");
    expect(
      await below.sh(`touch "$1/x" 2>&1 || mkdir "$1/y" 2>&1 || rmdir "$1" 2>&1 || echo refused`, {
        args: [machine.target],
      }),
    ).toContain("refused");
  });

  test("that is sealed still takes mounts, of every kind", async () => {
    using scene = await Scene.open(denied);
    const { port } = scene;
    const parent = await scene.parent();
    await port.sealBare(await port.openBare(parent), "{}");
    const id = await scene.attach(parent);
    const anchor = await port.cloneTop(parent);
    await port.detachTop(parent, id);
    expect(await port.look(parent)).toMatchObject({ kind: "bare", locked: true });
    await port.attach(anchor, parent);
    await scene.sh(`mount -t tmpfs over "$2"; umount "$2"`);
  });

  test("unlocked by somebody is seen, and so is one that was removed", async () => {
    using scene = await Scene.open(denied);
    const { port } = scene;
    const parent = await scene.parent();
    const bare = await port.openBare(parent);
    await port.sealBare(bare, "{}");
    await scene.sh(`chattr -i "$2"`);
    expect(await port.inspectBare(bare)).toMatchObject({ sealed: false });
    await port.sealBare(bare, "{}");
    await scene.sh(`chattr -i "$2"; chmod 700 "$2"; chattr +i "$2"`);
    expect(await port.inspectBare(bare)).toMatchObject({ sealed: false });
    await scene.sh(`chattr -i "$2"; rmdir "$2"; mkdir "$2"`);
    expect(await port.inspectBare(bare)).toMatchObject({ removed: true, entries: 0 });
  });

  test("is never a link, nor what a link leads to, nor a file", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await port.openParent(machine.target);
    await scene.sh(`mkdir "$4/elsewhere"; ln -s "$4/elsewhere" "$2"`);
    expect(await codeOf(port.openBare(parent))).toMatch(/^(ELOOP|ENOTDIR)$/);
    await scene.sh(`rm "$2"; ln -s "$4/nowhere" "$2"`);
    expect(await codeOf(port.openBare(parent))).toMatch(/^(ELOOP|ENOTDIR)$/);
    await scene.sh(`rm "$2"; : > "$2"`);
    expect(await codeOf(port.openBare(parent))).toBe("ENOTDIR");
    expect(await machine.sh(`ls -d "$1/elsewhere"; ls "$1/nowhere" 2>&1 || true`, { args: [machine.root] })).toContain(
      "No such file",
    );
  });

  test("keeps the host from removing it under the mount, which would take the mount along", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    // Somebody who has the disk mounted elsewhere does not see that anything is mounted on the directory.
    const host = await machine.peer("private");
    await host.sh(`umount -l "$1" 2>/dev/null || true`, { args: [machine.target] });
    await port.sealBare(await port.openBare(parent), "{}");
    await scene.attach(parent);
    expect(await host.sh(`rmdir "$1" 2>&1 || true`, { args: [machine.target] })).toContain("Operation not permitted");
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    await host.sh(`chattr -i "$1"; rmdir "$1"`, { args: [machine.target] });
    expect(machine.mountsAt(machine.target)).toEqual([]);
  });

  test("is locked by one agent at a time, whatever namespace the other lives in", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    expect(await port.lockBare(await port.openBare(parent))).toBe(true);
    const inside = await Inside.start(await machine.pod(), refusing(denied));
    const other = await inside.port(denied);
    const theirs = await other.openBare(await other.openParent(`${machine.root}/pod/dumps`));
    expect(await other.lockBare(theirs)).toBe(false);
    await scene.attach(parent);
    await scene.sh(`mv "$3" "$3.moved"; mv "$3.moved" "$3"`);
    expect(await other.lockBare(await other.openBare(await other.openParent(`${machine.root}/pod/dumps`)))).toBe(false);
    await scene.inside.kill();
    await until(() => other.lockBare(theirs), { what: "the lock to be free" });
  });
});

describe("on a disk", () => {
  /** The node's directory on a small ext4 that is shared, as a node's disk is. */
  const onDisk = async () => {
    const scene = await Scene.open([], { volume: "ext4", size: "16m" });
    await scene.sh(`mount --make-shared "$1"; mkdir "$1/node"`);
    const parent = await scene.port.openParent(`${scene.machine.source}/node/dumps`);
    return { scene, parent, [Symbol.dispose]: () => scene[Symbol.dispose]() };
  };

  test("of ext4 it works just as well", async () => {
    using at = await onDisk();
    const { port } = at.scene;
    const bare = await port.openBare(at.parent);
    expect(await port.sealBare(bare, "x".repeat(500))).toBe(true);
    expect(await port.readRecord(bare)).toBe("x".repeat(500));
    expect(await port.inspectBare(bare)).toMatchObject({ sealed: true });
  });

  test("that is full it is sealed, though there is no room for the record", async () => {
    using at = await onDisk();
    const { port } = at.scene;
    const bare = await port.openBare(at.parent);
    await at.scene.sh(`dd if=/dev/zero of="$1/fill" bs=1k 2>/dev/null || true`);
    expect(await port.sealBare(bare, "x".repeat(500))).toBe(true);
    expect(await port.inspectBare(bare)).toMatchObject({ sealed: true });
    expect(await port.readRecord(bare)).toBeNull();
  });

  test("that is full there is no room for a missing one either", async () => {
    using at = await onDisk();
    await at.scene.sh(
      `dd if=/dev/zero of="$1/fill" bs=1k 2>/dev/null || true; i=0; while mkdir "$1/node/$i" 2>/dev/null; do i=$((i+1)); done`,
    );
    expect(await codeOf(at.scene.port.openBare(at.parent))).toBe("ENOSPC");
  });

  test("that is read-only it cannot be made or sealed", async () => {
    using at = await onDisk();
    const { port } = at.scene;
    const bare = await port.openBare(at.parent);
    await at.scene.sh(`mount -o remount,ro "$1"`);
    expect(await codeOf(port.sealBare(bare, "{}"))).toBe("EROFS");
    await port.close(bare.fd);
    await at.scene.sh(`mount -o remount,rw "$1"; rmdir "$1/node/dumps"; mount -o remount,ro "$1"`);
    expect(await codeOf(port.openBare(at.parent))).toBe("EROFS");
  });
});

import { describe, expect, test } from "bun:test";
import { Machine } from "../harness/machine.ts";
import { extremes, Scene } from "./scene.ts";
import { ran } from "./script.ts";

describe.each(extremes)("a look at the target, on %s, tells", (_, denied) => {
  const opened = async () => {
    const scene = await Scene.open(denied);
    const parent = await scene.port.openParent(scene.machine.target);
    const look = () => scene.port.look(parent);
    return { scene, parent, look, [Symbol.dispose]: () => scene[Symbol.dispose]() };
  };

  test("what is no mount", async () => {
    using at = await opened();
    expect(await at.look()).toEqual({ kind: "missing" });
    await at.scene.sh(`mkdir "$2"`);
    expect(await at.look()).toMatchObject({ kind: "bare", locked: false });
    await at.scene.sh(`chattr +i "$2"`);
    expect(await at.look()).toMatchObject({ kind: "bare", locked: true });
    await at.scene.sh(`chattr -i "$2"; rmdir "$2"; ln -s "$1" "$2"`);
    expect(await at.look()).toEqual({ kind: "unusable", what: "a symbolic link" });
    await at.scene.sh(`rm "$2"; : > "$2"`);
    expect(await at.look()).toEqual({ kind: "unusable", what: "not a directory" });
    await at.scene.sh(`rm "$2"; mkfifo "$2"`);
    expect(await at.look()).toEqual({ kind: "unusable", what: "not a directory" });
    expect(await at.scene.port.stack(at.parent)).toEqual([]);
  });

  test("which mount is on top, and which are below, whatever put them there", async () => {
    using at = await opened();
    const { port } = at.scene;
    await at.scene.sh(`mkdir "$2"; mount -t tmpfs one "$2"; mount -t tmpfs two "$2"; mount -t tmpfs three "$2"`);
    const stack = await port.stack(at.parent);
    expect(await at.look()).toMatchObject({ kind: "mount", id: stack[0] ?? 0n, deleted: false, options: [] });
    const named: (string | undefined)[] = [];
    for (const id of stack) named.push((await port.describe(id))?.source);
    expect(named).toEqual(["three", "two", "one"]);
  });

  test("that the mounted directory was deleted, by the volume's user or with the whole source", async () => {
    using at = await opened();
    await at.scene.sh(`mkdir "$1/claim" "$2"; mount --bind "$1/claim" "$2"`);
    expect(await at.look()).toMatchObject({ kind: "mount", deleted: false });
    await at.scene.sh(`rmdir "$1/claim"`);
    expect(await at.look()).toMatchObject({ kind: "mount", deleted: true });
    await at.scene.sh(`mkdir "$1/claim"`);
    expect(await at.look()).toMatchObject({ kind: "mount", deleted: true });
  });

  test("a mount from a file system that went away below it", async () => {
    using at = await opened();
    await at.scene.sh(`mkdir "$2"; mount --bind "$1" "$2"; umount "$1"`);
    expect(await at.look()).toMatchObject({ kind: "mount", deleted: false });
  });
});

describe.each(["statmount", "table"])("a mount that goes while it is looked at, with the %s,", (how) => {
  /** What a look sees at a target with so many mounts, the first of which vanish under it. */
  const seen = async (mounts: number, vanishing: number): Promise<string> => {
    using machine = await Machine.start();
    const bind = `mount --bind "$1" "$2"; mount -o remount,bind,nosuid,nodev "$2"`;
    await machine.sh(`mkdir -p "$2"; for each in $(seq ${mounts}); do ${bind}; done`, {
      args: [machine.source, machine.target],
    });
    return (await ran(machine, "vanish.ts", [machine.target, how, String(vanishing)])).said;
  };

  test("is not shown half: it is looked at again", async () => {
    expect(await seen(2, 0)).toBe("mount nosuid,nodev");
    expect(await seen(2, 1)).toBe("mount nosuid,nodev");
    expect(await seen(3, 3)).toBe("bare");
  });

  test("is given up when that goes on and on", async () => {
    expect(await seen(20, 20)).toBe("ESTALE");
  });
});

describe.each(extremes)("a silent FUSE volume holds up nothing, on %s:", (_, denied) => {
  test("neither a look nor attaching, healing, describing and detaching", async () => {
    using scene = await Scene.open(denied, { volume: "none" });
    const { machine, port } = scene;
    const volume = await machine.fuse();
    const parent = await scene.parent();
    const source = await scene.directory();
    await volume.silent();
    for (let round = 0; round < 3; round += 1) {
      const tree = await port.cloneSource(source, ["nosuid", "nodev"]);
      await port.attach(tree, parent);
      const id = await scene.topId(parent);
      expect(await port.describe(id)).toMatchObject({ fsType: "fuse.fake", source: "fake" });
      expect(await port.stack(parent)).toEqual([id]);
      const anchor = await port.cloneTop(parent);
      await port.changeOptions(parent, id, ["noexec"], []);
      await port.inspectParent(parent);
      const bare = await port.openBare(parent);
      await port.inspectBare(bare);
      await port.detachTop(parent, id);
      await port.attach(anchor, parent);
      await port.detachTop(parent, await scene.topId(parent));
      for (const fd of [tree, anchor, bare.fd]) await port.close(fd);
    }
    expect(await volume.held()).toBe(0);
    await volume.answer();
  });
});

import { describe, expect, test } from "bun:test";
import type * as OpenModule from "../../../agent/kernel/open.ts";
import { AT_FDCWD, NO_LINKS, O_PATH } from "../../../agent/kernel/open.ts";
import { refusing } from "../harness/old-kernel.ts";
import { codeOf, Inside } from "./inside.ts";
import { extremes, Scene } from "./scene.ts";

describe.each(extremes)("the parent is opened, on %s,", (_, denied) => {
  test("with what is missing made, one by one, where mounts are shared", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const target = `${machine.node}/a/b c/d\n/${"e".repeat(255)}/dumps`;
    const parent = await port.openParent(target);
    expect(parent).toMatchObject({ path: target.slice(0, -6), name: "dumps" });
    const made = await machine.sh(`find "$1/a" -printf '%y %m\n'`, { args: [machine.node] });
    expect(made.split("\n")).toEqual(Array.from({ length: 4 }, () => "d 755"));
    expect(await port.inspectParent(parent)).toEqual({ replaced: false, root: "/", shared: true });
    expect((await port.look(parent)).kind).toBe("missing");
  });

  test("not where they are not: nothing is made on a disk that nobody would see", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    expect(await codeOf(port.openParent(`${machine.root}/a/b/dumps`))).toBe("ENOENT");
    expect(await machine.sh(`ls "$1"`, { args: [machine.root] })).not.toContain("a");
    // It is the innermost mount that counts.
    await machine.sh(`mkdir "$1/inner"; mount -t tmpfs --make-private none "$1/inner"`, { args: [machine.node] });
    expect(await codeOf(port.openParent(`${machine.node}/inner/a/dumps`))).toBe("ENOENT");
    expect(await machine.sh(`ls "$1"`, { args: [`${machine.node}/inner`] })).toBe("");
  });

  test("never over a link or through a file", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    await machine.sh(`mkdir "$2/elsewhere"; cd "$1"; ln -s "$2/elsewhere" link; ln -s nowhere dangling; : > file`, {
      args: [machine.node, machine.root],
    });
    for (const path of ["link/dumps", "link/a/dumps", "dangling/dumps", "dangling/a/dumps"])
      expect([path, await codeOf(port.openParent(`${machine.node}/${path}`))]).toEqual([path, "ELOOP"]);
    for (const path of ["file/dumps", "file/a/dumps"])
      expect([path, await codeOf(port.openParent(`${machine.node}/${path}`))]).toEqual([path, "ENOTDIR"]);
    expect(await machine.sh(`ls "$1/elsewhere"; ls "$2"`, { args: [machine.root, machine.node] })).toBe(
      "dangling\nfile\nlink\nvar",
    );
  });

  test("also the root directory", async () => {
    using scene = await Scene.open(denied);
    const parent = await scene.port.openParent("/tmp");
    expect([parent.path, parent.name]).toEqual(["/", "tmp"]);
    expect(await scene.port.inspectParent(parent)).toMatchObject({ replaced: false });
  });

  test("leaving no descriptor behind when it cannot be", async () => {
    using scene = await Scene.open(denied);
    const open = () => scene.machine.sh(`ls "/proc/$1/fd" | wc -l`, { args: [String(scene.inside.pid)] });
    await codeOf(scene.port.openParent(`${scene.machine.root}/a/b/dumps`));
    const before = Number(await open());
    for (let round = 0; round < 20; round += 1)
      await codeOf(scene.port.openParent(`${scene.machine.root}/volumes/a/dumps`));
    expect(Number(await open())).toBeLessThan(before + 5);
  });
});

describe.each(extremes)("the parent is looked after, on %s:", (_, denied) => {
  const opened = async () => {
    const scene = await Scene.open(denied);
    const parent = await scene.port.openParent(scene.machine.target);
    const inspect = () => scene.port.inspectParent(parent);
    return { scene, parent, inspect, [Symbol.dispose]: () => scene[Symbol.dispose]() };
  };

  test("renamed, removed and made anew in the same namespace", async () => {
    using at = await opened();
    expect(await at.inspect()).toEqual({ replaced: false, root: "/", shared: true });
    await at.scene.sh(`mv "$3" "$3.old"`);
    expect(await at.inspect()).toEqual({ replaced: true, root: "/", shared: true });
    await at.scene.sh(`mkdir "$3"`);
    expect((await at.inspect()).replaced).toBe(true);
    await at.scene.sh(`rmdir "$3"; mv "$3.old" "$3"`);
    expect((await at.inspect()).replaced).toBe(false);
    await at.scene.sh(`rmdir "$3"`);
    expect((await at.inspect()).replaced).toBe(true);
    await at.scene.sh(`mkdir "$3"`);
    expect((await at.inspect()).replaced).toBe(true);
  });

  test("covered by another mount, at itself or above", async () => {
    using at = await opened();
    await at.scene.sh(`mount -t tmpfs cover "$3"`);
    expect((await at.inspect()).replaced).toBe(true);
    await at.scene.sh(`umount "$3"`);
    expect((await at.inspect()).replaced).toBe(false);
    await at.scene.sh(`mount -t tmpfs cover "$4/node"`);
    expect((await at.inspect()).replaced).toBe(true);
    await at.scene.sh(`umount "$4/node"`);
    expect((await at.inspect()).replaced).toBe(false);
  });

  test("replaced by a link to itself", async () => {
    using at = await opened();
    await at.scene.sh(`mv "$3" "$3.real"; ln -s "$3.real" "$3"`);
    expect((await at.inspect()).replaced).toBe(true);
  });

  test("made private, and shared again", async () => {
    using at = await opened();
    await at.scene.sh(`mount --make-private "$4/node"`);
    expect(await at.inspect()).toEqual({ replaced: false, root: "/", shared: false });
    await at.scene.sh(`mount --make-shared "$4/node"`);
    expect((await at.inspect()).shared).toBe(true);
  });

  test("its mount gone altogether", async () => {
    using at = await opened();
    await at.scene.sh(`umount -l "$4/node"`);
    expect(await at.inspect()).toEqual({ replaced: true, root: null, shared: false });
  });
});

describe.each(extremes)("in a pod, whose volume is the parent, on %s,", (_, denied) => {
  const inPod = async () => {
    const scene = await Scene.open(denied);
    const pod = await scene.machine.pod();
    const inside = await Inside.start(pod, refusing(denied));
    const port = await inside.port(denied);
    const parent = await port.openParent(pod.target);
    const inspect = () => port.inspectParent(parent);
    return { scene, pod, inside, port, parent, inspect, [Symbol.dispose]: () => scene[Symbol.dispose]() };
  };

  test("what the node does to it shows in the root of its mount, as its path stays what it was", async () => {
    using at = await inPod();
    const before = await at.inspect();
    expect(before).toEqual({ replaced: false, root: "/var/lib/mooring", shared: true });
    await at.scene.sh(`mv "$3" "$3.old"; mkdir "$3"`);
    expect(await at.inspect()).toEqual({ ...before, root: "/var/lib/mooring.old" });
    await at.scene.sh(`rmdir "$3"; mv "$3.old" "$3"`);
    expect(await at.inspect()).toEqual(before);
    await at.scene.sh(`mv "$4/node/var" "$4/node/usr"`);
    expect(await at.inspect()).toEqual({ ...before, root: "/usr/lib/mooring" });
    await at.scene.sh(`mv "$4/node/usr" "$4/node/var"; rmdir "$3"; mkdir "$3"`);
    const { root, replaced } = await at.inspect();
    expect([root, replaced]).toEqual(["/var/lib/mooring//deleted", true]);
  });

  test("the node sees what is attached there, with its options", async () => {
    using at = await inPod();
    const { machine } = at.scene;
    await at.port.close((await at.port.openBare(at.parent)).fd);
    const { openat2 } = at.inside.module<typeof OpenModule>("kernel/open.ts");
    const source = await openat2(AT_FDCWD, machine.source, O_PATH, NO_LINKS);
    await at.port.attach(await at.port.cloneSource(source, ["nosuid", "nodev"]), at.parent);
    expect(machine.mountsAt(machine.target).map(({ source, options }) => [source, options])).toEqual([
      ["scratch", ["rw", "nosuid", "nodev", "relatime"]],
    ]);
    expect(at.pod.mountsAt(at.pod.target)).toHaveLength(1);
  });
});

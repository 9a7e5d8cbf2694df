import { describe, expect, test } from "bun:test";
import type { MountOption } from "../../../agent/core/config/config.ts";
import { codeOf } from "./inside.ts";
import { extremes, Scene } from "./scene.ts";

describe.each(extremes)("the options of the mount on top are changed, on %s,", (_, denied) => {
  const opened = async () => {
    const scene = await Scene.open(denied);
    const parent = await scene.parent();
    const id = await scene.attach(parent);
    const change = (set: MountOption[], clear: MountOption[]) => scene.port.changeOptions(parent, id, set, clear);
    const options = () => scene.machine.mountsAt(scene.machine.target).at(-1)?.options ?? [];
    return { scene, parent, id, change, options, [Symbol.dispose]: () => scene[Symbol.dispose]() };
  };

  test("each set, each cleared, the others and the source's as they were", async () => {
    using at = await opened();
    await at.change(["noexec", "noatime", "ro"], []);
    expect(at.options()).toEqual(["ro", "nosuid", "nodev", "noexec", "noatime"]);
    await at.change([], ["ro"]);
    expect(at.options()).toEqual(["rw", "nosuid", "nodev", "noexec", "noatime"]);
    await at.change(["ro"], ["noexec", "noatime"]);
    expect(at.options()).toEqual(["ro", "nosuid", "nodev", "relatime"]);
    await at.change([], ["ro", "nosuid", "nodev"]);
    expect(at.options()).toEqual(["rw", "relatime"]);
    expect(at.scene.machine.mountsAt(at.scene.machine.source)[0]?.options).toEqual(["rw", "relatime"]);
  });

  test("although somebody has a file open for writing in it", async () => {
    using at = await opened();
    const { machine } = at.scene;
    const consumer = await machine.consumer({ keepOpen: true });
    await at.change(["noexec"], []);
    expect(at.options()).toEqual(["rw", "nosuid", "nodev", "noexec", "relatime"]);
    expect((await consumer.stop()).failed).toBe(0);
  });

  test("those of access times stay what they were", async () => {
    using at = await opened();
    await at.scene.sh(`mount -o remount,bind,nosuid,nodev,strictatime "$2"`);
    await at.change(["noexec"], []);
    expect(at.options()).toEqual(["rw", "nosuid", "nodev", "noexec"]);
    await at.change(["nodev"], ["noexec", "noatime"]);
    expect(at.options().filter((option) => option.endsWith("noatime"))).toEqual([]);
  });

  test("only when it still is that mount: else ESTALE", async () => {
    using at = await opened();
    await at.scene.sh(`mount -t tmpfs theirs "$2"`);
    expect(await codeOf(at.change(["noexec"], []))).toBe("ESTALE");
    expect(at.options()).toEqual(["rw", "relatime"]);
  });
});

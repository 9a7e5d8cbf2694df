import { describe, expect, test } from "bun:test";
import { codeOf } from "./inside.ts";
import { extremes, Scene } from "./scene.ts";

describe.each(extremes)("a lost mount is put back from the anchor, on %s,", (_, denied) => {
  test("with its options and in its peer group, so that who is on the mount point itself still follows", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    await scene.attach(parent);
    const before = machine.mountsAt(machine.target)[0];
    const consumer = await machine.peer("slave");
    const seat = `${machine.root}/consumer`;
    await consumer.sh(`mkdir "$2"; mount --bind "$1" "$2"; mount --make-slave "$2"`, { args: [machine.target, seat] });
    const count = scene.count();

    for (let loss = 0; loss < 10; loss += 1) {
      const anchor = await port.cloneTop(parent);
      const held = await port.identify(anchor);
      await machine.sh(`umount "$1"`, { args: [machine.target] });
      expect((await port.look(parent)).kind).toBe("bare");
      await port.attach(anchor, parent);
      await port.close(anchor);
      expect(await port.look(parent)).toMatchObject({ kind: "mount", device: held.device, inode: held.inode });
      const [after] = machine.mountsAt(machine.target);
      expect([after?.options, after?.shared]).toEqual([before?.options, before?.shared] as never);
      expect(scene.count()).toBe(count);
    }
    // What is mounted over the healed mount reaches the consumer's own bind of the first one.
    await machine.sh(`mount -t tmpfs over "$1"`, { args: [machine.target] });
    expect(consumer.mountsAt(seat).at(-1)?.source).toBe("over");
  });

  test("also when the source's own mount is long gone", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    await scene.attach(parent);
    const anchor = await port.cloneTop(parent);
    await scene.sh(`echo kept > "$1/file"; umount "$1"; umount -l "$2"`);
    await port.attach(anchor, parent);
    expect(await machine.read(`${machine.target}/file`)).toBe("kept");
  });

  test("not where somebody put a file or a link meanwhile", async () => {
    using scene = await Scene.open(denied);
    const { port } = scene;
    const parent = await scene.parent();
    await scene.attach(parent);
    const anchor = await port.cloneTop(parent);
    await scene.sh(`umount "$2"; rmdir "$2"; mkdir "$4/elsewhere"; ln -s "$4/elsewhere" "$2"`);
    const count = scene.count();
    expect(await codeOf(port.attach(anchor, parent))).toBe("EINVAL");
    await scene.sh(`rm "$2"; : > "$2"`);
    expect(await codeOf(port.attach(anchor, parent))).toBe("EINVAL");
    await scene.sh(`rm "$2"`);
    expect(await codeOf(port.attach(anchor, parent))).toBe("ENOENT");
    expect(scene.count()).toBe(count);
  });
});

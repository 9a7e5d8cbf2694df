import { describe, expect, test } from "bun:test";
import { until } from "../harness/until.ts";
import { codeOf } from "./inside.ts";
import { extremes, Scene } from "./scene.ts";
import { ran } from "./script.ts";

describe("a wrong mount is replaced without a gap", () => {
  test("200 times under a consumer that writes as fast as it can", async () => {
    using scene = await Scene.open();
    const { machine } = scene;
    await scene.sh(`mkdir -m 1777 "$1/one" "$1/two"`);
    await scene.attach(await scene.parent(), `${machine.source}/two`);
    const count = scene.count();
    const consumer = await machine.consumer({ every: "tight" });
    await until(async () => (await consumer.report()).written > 0, { what: "the first record" });
    const { said, code } = await ran(machine, "swap.ts", [
      machine.target,
      "200",
      `${machine.source}/one`,
      `${machine.source}/two`,
    ]);
    expect([said, code]).toEqual(["200 swaps", 0]);
    const { written, failed, errors } = await consumer.stop();
    expect([failed, errors]).toEqual([0, {}]);
    expect(written).toBeGreaterThan(2000);
    expect(scene.count()).toBe(count);
    expect((await consumer.lost()).count).toBe(0);
  });

  test("whoever made it: the host's own, in a peer namespace", async () => {
    using scene = await Scene.open();
    const { machine, port } = scene;
    const parent = await scene.parent();
    const host = await machine.peer();
    await host.sh(`mount -t tmpfs -o mode=1777 wrong "$1"; echo theirs > "$1/file"`, { args: [machine.target] });
    const wrong = await scene.topId(parent);
    const tree = await port.cloneSource(await scene.directory(), ["nosuid", "nodev"]);
    await port.attachBeneath(tree, parent);
    expect(host.mountsAt(machine.target).map(({ source }) => source)).toEqual(["scratch", "wrong"]);
    await port.detachTop(parent, wrong);
    expect(host.mountsAt(machine.target).map(({ source, options }) => [source, options])).toEqual([
      ["scratch", ["rw", "nosuid", "nodev", "relatime"]],
    ]);
  });

  test("not on a bare directory, where there is nothing to go beneath", async () => {
    using scene = await Scene.open();
    const parent = await scene.parent();
    const tree = await scene.port.cloneSource(await scene.directory(), ["nosuid"]);
    expect(await codeOf(scene.port.attachBeneath(tree, parent))).toBe("EINVAL");
    expect(scene.machine.mountsAt(scene.machine.target)).toEqual([]);
  });
});

describe("a kernel without MOVE_MOUNT_BENEATH", () => {
  test("says that it cannot go beneath, and does nothing", async () => {
    using scene = await Scene.open(["beneath"]);
    const parent = await scene.parent();
    await scene.sh(`mount -t tmpfs wrong "$2"`);
    const tree = await scene.port.cloneSource(await scene.directory(), ["nosuid"]);
    expect(await scene.port.attachBeneath(tree, parent)).toBe(false);
    expect(scene.machine.mountsAt(scene.machine.target).map(({ source }) => source)).toEqual(["wrong"]);
  });
});

describe.each(extremes)("the top is detached, on %s,", (_, denied) => {
  test("and what is below comes to light", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    await scene.attach(parent);
    await scene.sh(`mount -t tmpfs wrong "$2"`);
    const [top, right] = await port.stack(parent);
    await port.detachTop(parent, top ?? 0n);
    expect(await scene.topId(parent)).toBe(right ?? 0n);
    expect(machine.mountsAt(machine.target).map(({ source }) => source)).toEqual(["scratch"]);
  });

  test("although somebody works in it", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    const id = await scene.attach(parent);
    const worker = machine.run(["sh", "-c", `cd "$1"; echo inside; cat > file`, "sh", machine.target]);
    await worker.line((line) => line === "inside", { what: "the worker to be inside" });
    await port.detachTop(parent, id);
    expect((await port.look(parent)).kind).toBe("bare");
    expect(worker.ending).toBeNull();
  });

  test("only when it still is that mount: else ESTALE", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    const id = await scene.attach(parent);
    await scene.sh(`mount -t tmpfs theirs "$2"`);
    const before = machine.mountsAt(machine.target);
    expect(await codeOf(port.detachTop(parent, id))).toBe("ESTALE");
    expect(machine.mountsAt(machine.target)).toEqual(before);
    await scene.sh(`umount -l "$2"; umount -l "$2"`);
    expect(await codeOf(port.detachTop(parent, id))).toBe("ESTALE");
  });

  test("only when nothing is mounted inside: else EBUSY", async () => {
    using scene = await Scene.open(denied);
    const { machine, port } = scene;
    const parent = await scene.parent();
    const id = await scene.attach(parent);
    await scene.sh(`mkdir -p "$2/a/b"; mount -t tmpfs theirs "$2/a/b"`);
    const count = scene.count();
    expect(await codeOf(port.detachTop(parent, id))).toBe("EBUSY");
    expect(scene.count()).toBe(count);
    await scene.sh(`umount "$2/a/b"`);
    await port.detachTop(parent, id);
    expect(machine.mountsAt(machine.target)).toEqual([]);
  });

  test("never through a link, nor where the target is gone", async () => {
    using scene = await Scene.open(denied);
    const { port } = scene;
    const parent = await scene.parent();
    await scene.sh(`rmdir "$2"`);
    expect(await codeOf(port.detachTop(parent, 1n))).toBe("ENOENT");
    await scene.sh(`ln -s "$1" "$2"`);
    const count = scene.count();
    expect(await codeOf(port.detachTop(parent, 1n))).toMatch(/^(ELOOP|ENOTDIR)$/);
    await scene.sh(`rm "$2"; : > "$2"`);
    expect(await codeOf(port.detachTop(parent, 1n))).toBe("ENOTDIR");
    expect(scene.count()).toBe(count);
  });
});

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type * as MountModule from "../../../agent/kernel/mount.ts";
import { compiled } from "../harness/compile.ts";
import { until } from "../harness/until.ts";
import { kernels, Scene } from "./scene.ts";
import { start } from "./script.ts";

describe.each(kernels.filter(([, denied]) => denied.length === 0 || denied.includes("mountSetattr")))(
  "the source is attached, on %s,",
  (_, denied) => {
    test("with its options from the first moment that anybody sees it", async () => {
      using scene = await Scene.open(denied);
      const { machine, port } = scene;
      const parent = await scene.parent();
      const host = await machine.peer();
      const watcher = host.run([compiled(join(import.meta.dir, "watcher.c")), machine.target]);
      await watcher.line((line) => line === "ready", { what: "the watcher to begin" });
      for (let round = 0; round < 15; round += 1) await port.detachTop(parent, await scene.attach(parent));
      const { reads, seen } = JSON.parse(await watcher.ask("stop")) as { reads: number; seen: Record<string, number> };
      expect(reads).toBeGreaterThan(50);
      expect(Object.keys(seen)).toEqual(["rw,nosuid,nodev,relatime"]);
    });

    test("keeping what the source was mounted with", async () => {
      using scene = await Scene.open(denied);
      await scene.sh(`mount -o remount,bind,noexec,strictatime "$1"`);
      await scene.attach(await scene.parent());
      expect(scene.machine.mountsAt(scene.machine.target)[0]?.options).toEqual(["rw", "nosuid", "nodev", "noexec"]);
      expect(scene.machine.mountsAt(scene.machine.source)[0]?.options).toEqual(["rw", "noexec"]);
    });

    test("a directory of it just as well, with odd letters in its name", async () => {
      using scene = await Scene.open(denied);
      await scene.sh(`mkdir -p "$1/deep/$5"; echo here > "$1/deep/$5/file"`, "a b\n\u{1f9f5}");
      await scene.attach(await scene.parent(), `${scene.machine.source}/deep/a b\n\u{1f9f5}`);
      expect(await scene.machine.read(`${scene.machine.target}/file`)).toBe("here");
    });

    test("shared with the host, and not with the source", async () => {
      using scene = await Scene.open(denied);
      const { machine } = scene;
      const host = await machine.peer();
      await scene.sh(`mount --make-shared "$1"; mkdir "$1/sub"`);
      const original = machine.mountsAt(machine.source)[0]?.shared;
      await scene.attach(await scene.parent());
      const [mounted] = machine.mountsAt(machine.target);
      expect(mounted?.shared).toBeNumber();
      expect(mounted?.master).toBeNull();
      expect([original, machine.mountsAt(machine.parent)[0]?.shared]).not.toContain(mounted?.shared);
      expect(host.mountsAt(machine.target)).toHaveLength(1);

      await scene.sh(`mount -t tmpfs over "$2"; mount -t tmpfs below "$1/sub"`);
      expect(host.mountsAt(machine.target)).toHaveLength(2);
      expect(machine.mountsAt(machine.source)).toHaveLength(1);
      expect(machine.mountsAt(`${machine.target}/sub`)).toHaveLength(0);
    });

    test("leaving nothing else behind, attached or not", async () => {
      using scene = await Scene.open(denied);
      const { machine, port } = scene;
      const host = await machine.peer();
      const parent = await scene.parent();
      const count = scene.count();
      const source = await scene.directory();
      await port.close(await port.cloneSource(source, ["nosuid"]));
      expect([scene.count(), scene.count(host)]).toEqual([count, count]);

      await scene.attach(parent);
      expect([scene.count(), scene.count(host)]).toEqual([count + 1, count + 1]);
      await port.detachTop(parent, await scene.topId(parent));
      expect([scene.count(), scene.count(host)]).toEqual([count, count]);
      await port.close(source);
      await machine.sh(`umount "$1"`, { args: [machine.source] });
    });

    test("so that nobody finds half a mount when the agent is killed in the middle", async () => {
      using scene = await Scene.open(denied);
      const { machine } = scene;
      await scene.parent();
      const count = scene.count();
      for (let life = 0; life < 4; life += 1) {
        const program = start(machine, "attach-for-ever.ts", [machine.target, machine.source, ...denied]);
        await program.line((line) => line === "attached", { what: "the first mount" });
        await Bun.sleep(2 * life);
        program.kill("SIGKILL");
        await program.exited;
        for (const { options } of machine.mountsAt(machine.target))
          expect(options).toEqual(["rw", "nosuid", "nodev", "relatime"]);
        await scene.sh(`while mountpoint -q "$2"; do umount -l "$2"; done`);
      }
      expect(scene.count()).toBe(count);
    });
  },
);

test("what is mounted on a process's own folder in /proc goes with it, so that a killed agent leaves no staging", async () => {
  using scene = await Scene.open();
  const { mountNew } = scene.inside.module<typeof MountModule>("kernel/mount.ts");
  const count = scene.count();
  await mountNew("tmpfs", "/proc/self/fdinfo", "size=64k");
  expect(scene.count()).toBe(count + 1);
  await scene.inside.kill();
  await until(() => scene.count() === count, { what: "the mount to be gone" });
});

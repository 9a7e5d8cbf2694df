import { expect, test } from "bun:test";
import { until } from "../harness/until.ts";
import { kernels, Scene } from "./scene.ts";

test.each(kernels)("the life of a mount is the same on %s", async (_, denied) => {
  using scene = await Scene.open(denied);
  const { machine, port } = scene;
  const host = await machine.peer();
  const sources = () => host.mountsAt(machine.target).map(({ source }) => source);

  // Attached, with what was asked for, where everybody sees it.
  const parent = await scene.parent();
  const count = scene.count();
  const first = await scene.attach(parent);
  expect(await port.stack(parent)).toEqual([first]);
  expect(await port.describe(first)).toMatchObject({
    id: first,
    root: "/",
    fsType: "tmpfs",
    source: "scratch",
    options: ["rw", "nosuid", "nodev"],
    superOptions: "rw,size=65536k,mode=755",
    shared: true,
  });
  const anchor = await port.cloneTop(parent);

  // Lost and put back.
  await host.sh(`umount "$1"`, { args: [machine.target] });
  expect(await port.look(parent)).toMatchObject({ kind: "bare", locked: false });
  expect(await port.describe(first)).toBeNull();
  await port.attach(anchor, parent);
  const second = await scene.topId(parent);
  const consumer = await machine.consumer({ every: "1ms" });

  // Covered by a wrong one, which goes.
  await host.sh(`mount -t tmpfs -o mode=1777 wrong "$1"`, { args: [machine.target] });
  expect(sources()).toEqual(["scratch", "wrong"]);
  const wrong = await scene.topId(parent);
  expect(await port.stack(parent)).toEqual([wrong, second]);
  await port.detachTop(parent, wrong);
  expect(await scene.topId(parent)).toBe(second);

  // Turned read-only, and put right.
  await host.sh(`mount -o remount,bind,ro,nosuid,nodev "$1"`, { args: [machine.target] });
  await machine.sh(`mount -o remount,bind,ro,nosuid,nodev "$1"`, { args: [machine.target] });
  expect(await port.look(parent)).toMatchObject({ kind: "mount", options: ["ro", "nosuid", "nodev"] });
  await port.changeOptions(parent, second, [], ["ro"]);
  expect(await port.look(parent)).toMatchObject({ id: second, options: ["nosuid", "nodev"] });
  const { written } = await consumer.report();
  await until(async () => (await consumer.report()).written > written, { what: "another record" });
  await consumer.stop();

  // Replaced by another directory of the same volume, without a gap where the kernel can.
  await scene.sh(`mkdir "$1/other"`);
  const tree = await port.cloneSource(await scene.directory(`${machine.source}/other`), ["nosuid", "nodev", "noexec"]);
  const beneath = await port.attachBeneath(tree, parent);
  expect(beneath).toBe(!denied.includes("beneath"));
  await port.detachTop(parent, second);
  if (!beneath) await port.attach(tree, parent);
  const third = await scene.topId(parent);
  expect(await port.describe(third)).toMatchObject({ root: "/other", options: ["rw", "nosuid", "nodev", "noexec"] });

  // Given up.
  await port.detachTop(parent, third);
  expect([scene.count(), scene.count(host), sources()]).toEqual([count, count, []]);
});

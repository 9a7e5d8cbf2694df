import { describe, expect, test } from "bun:test";
import { kernels, Scene } from "./scene.ts";

describe.each(kernels)("a detached tree, on %s,", (_, denied) => {
  test("has the id already that it keeps when it is attached", async () => {
    using scene = await Scene.open(denied);
    const { port } = scene;
    const parent = await scene.parent();
    const tree = await port.cloneSource(await scene.directory(), ["nosuid", "nodev"]);
    const { mountId } = await port.identify(tree);
    await port.attach(tree, parent);
    expect(await scene.topId(parent)).toBe(mountId);
    const anchor = await port.cloneTop(parent);
    const ofAnchor = await port.identify(anchor);
    expect(ofAnchor.mountId).not.toBe(mountId);
    if (await port.attachBeneath(anchor, parent)) await port.detachTop(parent, mountId);
    else {
      await port.detachTop(parent, mountId);
      await port.attach(anchor, parent);
    }
    expect(await scene.topId(parent)).toBe(ofAnchor.mountId);
  });
});

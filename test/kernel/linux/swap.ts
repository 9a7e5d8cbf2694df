import { directoryAt, portWithout } from "./script.ts";

/** swap TARGET TIMES ONE OTHER: puts one directory and the other in each other's place on the target, without a gap. */
const [target = "", times = "", one = "", other = ""] = process.argv.slice(2);
const kernel = portWithout([]);
const parent = kernel.openParent(target);
const sources = [directoryAt(one), directoryAt(other)];
for (let swap = 0; swap < Number(times); swap += 1) {
  const top = kernel.look(parent);
  if (top.kind !== "mount") throw new Error(`the target is ${top.kind}`);
  const tree = kernel.cloneSource(sources[swap % 2] ?? -1, ["nosuid", "nodev"]);
  kernel.attachBeneath(tree, parent);
  kernel.detachTop(parent, top.id);
  kernel.close(tree);
}
console.log(`${times} swaps`);

import { directoryAt, portWithout } from "./script.ts";

/** attach-for-ever TARGET SOURCE [DENIED...]: attaches and detaches until it is killed. */
const [target = "", source = "", ...denied] = process.argv.slice(2);
const kernel = portWithout(denied);
const parent = kernel.openParent(target);
const fd = directoryAt(source);
for (let round = 0; ; round += 1) {
  const tree = kernel.cloneSource(fd, ["nosuid", "nodev"]);
  kernel.attach(tree, parent);
  kernel.close(tree);
  if (round === 0) process.stdout.write("attached\n");
  const top = kernel.look(parent);
  if (top.kind === "mount") kernel.detachTop(parent, top.id);
}

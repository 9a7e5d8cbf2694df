import { linuxKernel } from "../../../agent/keeper/linux/kernel.ts";
import { type Capabilities, detectCapabilities } from "../../../agent/kernel/capabilities.ts";
import { AT_FDCWD, close, NO_LINKS, O_PATH, openat2 } from "../../../agent/kernel/open.ts";
import { makeSignal } from "../../../agent/kernel/wait.ts";

/** attach-for-ever SOURCE TARGET DENIED: attaches and detaches until it is killed. */
const [source = "", target = "", denied = ""] = process.argv.slice(2);
const capabilities = detectCapabilities();
for (const name of denied.split(",").filter(Boolean)) capabilities[name as keyof Capabilities] = false;
const kernel = linuxKernel(makeSignal(), capabilities);
const parent = kernel.openParent(target);
const fd = openat2(AT_FDCWD, source, O_PATH, NO_LINKS);
for (let round = 0; ; round += 1) {
  const tree = kernel.cloneSource(fd, ["nosuid", "nodev"]);
  kernel.attach(tree, parent);
  close(tree);
  if (round === 0) process.stdout.write("attached\n");
  const top = kernel.look(parent);
  if (top.kind === "mount") kernel.detachTop(parent, top.id);
}

import type { Parent } from "../../../agent/keeper/port.ts";
import { KernelError } from "../../../agent/kernel/error.ts";
import { directoryAt, portWithout } from "./script.ts";

/** race TARGET SOURCE TRIES [DENIED...]: attaches at least that often and detaches while somebody swaps the way there; counts what came out. */
const [target = "", source = "", tries = "", ...denied] = process.argv.slice(2);
const kernel = portWithout(denied);
const fd = directoryAt(source);
const outcomes: Record<string, number> = {};

/** Under whichever of its two names the directory is by now. */
const takeAway = (parent: Parent): boolean =>
  [target, `${target}.link`].some((path) => {
    const at = { ...parent, name: path.slice(path.lastIndexOf("/") + 1) };
    const top = kernel.look(at);
    if (top.kind === "mount") kernel.detachTop(at, top.id);
    return top.kind === "mount";
  });

const attempt = (): string => {
  const open: number[] = [];
  try {
    const parent = kernel.openParent(target);
    open.push(parent.fd);
    open.push(kernel.openBare(parent).fd);
    const tree = kernel.cloneSource(fd, ["nosuid", "nodev"]);
    open.push(tree);
    kernel.attach(tree, parent);
    return takeAway(parent) ? "attached" : "nowhere";
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  } finally {
    for (const each of open) kernel.close(each);
  }
};

// Somebody may be kept from his processor all the while: it goes on until the way there was open once, and once was not.
const isOneSided = () => outcomes.attached === undefined || Object.keys(outcomes).length < 2;
for (let round = 0; round < Number(tries) || isOneSided(); round += 1) {
  const outcome = attempt();
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
console.log(JSON.stringify(outcomes));

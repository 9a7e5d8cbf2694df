import { look, openParent } from "../../../agent/keeper/linux/parent.ts";
import { detachTop } from "../../../agent/keeper/linux/tree.ts";
import { type Describe, describeByStatmount, describeByTable } from "../../../agent/kernel/describe.ts";
import { KernelError } from "../../../agent/kernel/error.ts";

/**
 * vanish TARGET HOW TIMES: a look at the target during which, that often, the mount that was found goes before it is asked
 * about. Prints what the look saw, or the code with which it failed.
 */
const [target = "", how = "", times = ""] = process.argv.slice(2);
const describe: Describe = how === "table" ? describeByTable : describeByStatmount(true);
const parent = openParent(target, describe);
let left = Number(times);

const vanishing: Describe = {
  ...describe,
  numbers(id) {
    if (left-- > 0) detachTop(parent, id, describe);
    return describe.numbers(id);
  },
};

const seen = (): string => {
  try {
    const top = look(parent, vanishing);
    return top.kind === "mount" ? `${top.kind} ${top.options.join()}` : top.kind;
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
};
console.log(seen());

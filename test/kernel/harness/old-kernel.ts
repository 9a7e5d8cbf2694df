import { join } from "node:path";
import type { Capabilities } from "../../../agent/kernel/capabilities.ts";
import { type SyscallName, tables } from "../../../agent/kernel/numbers.ts";
import { compiled } from "./compile.ts";

export type Denied = readonly (keyof Capabilities)[];

/** A kernel as the agent meets it: this one, or this one without what an older one does not have. */
export interface OldKernel {
  name: string;
  denied: Denied;
}

/** This kernel, and the older ones on which the agent goes other ways. What a call does within, nothing can take away. */
export const kernels: readonly OldKernel[] = [
  { name: "this kernel", denied: [] },
  { name: "a kernel before 6.8", denied: ["statmount", "statmountNames"] },
  { name: "a kernel before 6.5", denied: ["beneath", "statmount", "statmountNames"] },
  { name: "a kernel before 5.12", denied: ["mountSetattr", "beneath", "statmount", "statmountNames"] },
];

const ENOSYS = 38;
const EINVAL = 22;
const MOVE_MOUNT_FLAGS = "4";
const MOVE_MOUNT_BENEATH = 0x200;

const number = (name: SyscallName): number => tables[process.arch as "x64" | "arm64"][name];
const missing = (name: SyscallName): string => `${number(name)}=${ENOSYS}`;

/** The names in statmount(2) are not asked for by a flag that could be refused. */
const rulesFor: Partial<Record<keyof Capabilities, string[]>> = {
  mountSetattr: [missing("mount_setattr")],
  beneath: [`${number("move_mount")}:${MOVE_MOUNT_FLAGS}:${MOVE_MOUNT_BENEATH}=${EINVAL}`],
  statmount: [missing("statmount"), missing("listmount")],
};

/** The rules for deny.c: whoever finds a call missing must not make it. */
export const refusing = (denied: Denied): string => denied.flatMap((name) => rulesFor[name] ?? []).join();

/** A command line that runs as on a kernel that refuses by these rules. */
export const denying = (rules: string, argv: readonly string[]): string[] =>
  rules === "" ? [...argv] : [compiled(join(import.meta.dir, "deny.c")), rules, ...argv];

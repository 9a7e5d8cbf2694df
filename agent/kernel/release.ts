import { readFile } from "./read.ts";

/** The kernel's release, e.g. `6.18.44-generic`: uname(2) without its struct. */
export const kernelRelease = (): string =>
  new TextDecoder().decode(readFile("/proc/sys/kernel/osrelease", 256)).trimEnd();

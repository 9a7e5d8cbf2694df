import { allocate } from "./memory.ts";
import { syscall } from "./syscall.ts";

const FIONREAD = 0x541b;

const count = allocate(4);

/** ioctl(2) FIONREAD: bytes that have arrived at the socket `fd` and were not read yet; 0 where the kernel cannot tell. */
export const unreadBytes = (fd: number): number =>
  syscall("ioctl", fd, FIONREAD, count.address) < 0 ? 0 : count.view.getInt32(0, true);

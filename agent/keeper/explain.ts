import type { ErrorReport } from "../core/trace.ts";
import type { KernelError } from "../kernel/error.ts";

const hints: Record<string, string> = {
  EPERM: "the agent needs CAP_SYS_ADMIN (privileged: true)",
  EACCES: "a security policy forbids it",
  ELOOP: "a symbolic link lies on the way; write the real path",
  ENOTDIR: "a component of the path is not a directory",
  ENOSPC: "the limit fs.mount-max is reached, or the disk is full",
  EROFS: "its file system is read-only",
  EBUSY: "something is mounted inside it",
  EAGAIN: "it changed at the same moment",
  ESTALE: "it changed at the same moment",
  ENOENT: "it does not exist",
};

/** One sentence: which call failed, on what, and what that usually means. */
export function explain({ message, code }: KernelError): string {
  const hint = hints[code];
  return hint ? `${message} (${hint})` : message;
}

export const report = (error: KernelError): ErrorReport => ({
  op: error.op,
  path: error.path,
  code: error.code,
  message: explain(error),
});

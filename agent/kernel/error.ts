import { errnoName } from "./errno.ts";

/** The one error of the kernel's border: which call failed, on what, and the kernel's answer. */
export class KernelError extends Error {
  readonly op: string;
  readonly path: string;
  readonly errno: number;
  /** `ENOENT` and the like. */
  readonly code: string;

  constructor(op: string, path: string, errno: number) {
    const code = errnoName(errno);
    super(`${op} ${path}: ${code}`);
    this.name = "KernelError";
    this.op = op;
    this.path = path;
    this.errno = errno;
    this.code = code;
  }
}

/** Returns the kernel's answer, or throws it when it is an errno. `path` is what people are told it was about. */
export function must(op: string, path: string, answer: number): number {
  if (answer < 0) throw new KernelError(op, path, -answer);
  return answer;
}

export const isErrno = (error: unknown, ...wanted: string[]): error is KernelError =>
  error instanceof KernelError && wanted.includes(error.code);

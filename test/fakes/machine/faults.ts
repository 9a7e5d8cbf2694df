import { errnoName } from "../../../agent/kernel/errno.ts";
import { KernelError } from "../../../agent/kernel/error.ts";

const numbers = new Map(Array.from({ length: 134 }, (_, errno) => [errnoName(errno), errno]));

/** The error that the kernel gives as `code`, e.g. `EBUSY`. */
export function kernelError(op: string, path: string, code: string): KernelError {
  const errno = numbers.get(code);
  if (errno === undefined) throw new Error(`${code} is no errno`);
  return new KernelError(op, path, errno);
}

interface Fault {
  op: string;
  code: string;
  skip: number;
  times: number;
}

/** Calls that are made to fail. */
export class Faults {
  #faults: Fault[] = [];

  /** The next `times` calls of `op` fail with `code`, after the first `skip` of them. */
  fail(op: string, code: string, times = 1, skip = 0): void {
    this.#faults.push({ op, code, times, skip });
  }

  clear(): void {
    this.#faults = [];
  }

  /** Throws when this call is to fail. */
  check(op: string, path: string): void {
    const fault = this.#faults.find((each) => each.op === op && each.times > 0);
    if (!fault) return;
    if (fault.skip-- > 0) return;
    fault.times -= 1;
    throw kernelError(op, path, fault.code);
  }
}

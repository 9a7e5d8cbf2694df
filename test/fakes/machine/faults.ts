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

interface Race {
  op: string;
  skip: number;
  happen: () => void;
}

/** Calls that are made to fail, or before which something happens. */
export class Faults {
  #faults: Fault[] = [];
  #races: Race[] = [];
  /** Each call that failed, with what it was about: `deviceOver /volumes/dumps`. */
  readonly refused = new Set<string>();

  /** The next `times` calls of `op` fail with `code`, after the first `skip` of them. */
  fail(op: string, code: string, times = 1, skip = 0): void {
    this.#faults.push({ op, code, times, skip });
  }

  /** Something happens right before the next call of `op`, after the first `skip` of them. */
  race(op: string, happen: () => void, skip = 0): void {
    this.#races.push({ op, happen, skip });
  }

  clear(): void {
    this.#faults = [];
    this.#races = [];
  }

  /** Throws when this call is to fail. */
  check(op: string, path: string): void {
    const race = this.#races.find((each) => each.op === op);
    if (race && race.skip-- === 0) {
      this.#races = this.#races.filter((each) => each !== race);
      race.happen();
    }
    const fault = this.#faults.find((each) => each.op === op && each.times > 0);
    if (!fault) return;
    if (fault.skip-- > 0) return;
    fault.times -= 1;
    this.refused.add(`${op} ${path}`);
    throw kernelError(op, path, fault.code);
  }
}

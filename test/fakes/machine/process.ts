import type { Kernel } from "../../../agent/keeper/port.ts";
import { Descriptors } from "./descriptors.ts";
import { kernelFor } from "./kernel.ts";
import type { Machine } from "./machine.ts";

/** One process: its descriptors, and what it has not been told yet. */
export class Process {
  readonly name: string;
  readonly descriptors = new Descriptors();
  readonly kernel: Kernel;
  /** The mount table changed since the last poll(2). */
  mountsChanged = false;
  /** Its eventfd was written. */
  signalled = false;
  readonly #machine: Machine;

  constructor(machine: Machine, name: string) {
    this.#machine = machine;
    this.name = name;
    this.kernel = kernelFor(machine, this);
  }

  /** As SIGKILL does: descriptors and locks go, mounts stay. */
  end(): void {
    this.descriptors.closeAll();
    this.#machine.processes.delete(this);
    this.#machine.sweep();
  }
}

import { delayAfter } from "../../../agent/core/backoff.ts";
import type { Config, Mount as MountConfig } from "../../../agent/core/config/config.ts";
import type { RescueOrder } from "../../../agent/core/rescue.ts";
import type { Order } from "../../../agent/keeper/messages.ts";
import type { Directory } from "./file-system.ts";
import type { Child, Machine } from "./machine.ts";
import { rescue } from "./rescue.ts";
import { examine } from "./volume.ts";

export interface ProberOptions {
  machine: Machine;
  mount: MountConfig;
  otherMounts: readonly string[];
  monitor: Config["monitor"];
  order(order: Order): void;
  /** A directory was found usable, and the keeper is told so. */
  onUsable(directory: Directory): void;
}

const GAP_MS = 250;
const EAGER_MS = 500;

interface Asked {
  pid: number;
  child: Child;
  answered: boolean;
  examines: string | null;
  /** The mount that it was asked about. */
  mount: MountConfig;
  rescue: RescueOrder | null;
}

/** Probes one volume in the machine's time, with the pace of agent/volume/prober.ts. */
export class Prober {
  #options: ProberOptions;
  #child: Asked | null = null;
  /** When the next child is started, or the one that is out counts as overdue once more. */
  #dueAt = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #askedAgain = false;
  #rescue: RescueOrder | null = null;
  #failures = 0;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#dueAt = options.machine.nowMs;
  }

  get nextAt(): number {
    return this.#child?.answered ? Number.POSITIVE_INFINITY : this.#dueAt;
  }

  reconfigure(options: ProberOptions): void {
    this.#options = options;
    this.probe();
  }

  probe(): void {
    const { nowMs } = this.#options.machine;
    if (this.#child) this.#askedAgain = true;
    else this.#dueAt = Math.max(nowMs, this.#startedAt + GAP_MS);
  }

  rescue(order: RescueOrder): void {
    this.#rescue = order;
    this.probe();
  }

  /** Does what is due now: starts a child, hears one that answers at last, or tells that it is overdue. */
  poll(): void {
    const { machine, monitor, mount, order } = this.#options;
    if (this.#child?.answered) return;
    if (this.#child) this.#ask(this.#child);
    else if (machine.nowMs >= this.#dueAt) {
      this.#startedAt = machine.nowMs;
      this.#dueAt = machine.nowMs + monitor.timeoutMs;
      this.#child = { ...machine.startChild(), answered: false, examines: null, mount, rescue: this.#rescue };
      this.#rescue = null;
      this.#ask(this.#child);
    }
    if (!this.#child || this.#child.answered || machine.nowMs < this.#dueAt) return;
    this.#failures += 1;
    this.#dueAt = machine.nowMs + monitor.intervalMs;
    order({ kind: "probeOverdue", target: mount.target, stuck: { examines: this.#child.examines } });
  }

  heard(pid: number): void {
    const { machine, monitor } = this.#options;
    if (this.#child?.pid !== pid) return;
    machine.endChild(this.#child.pid);
    this.#child = null;
    const { intervalMs: maxMs } = monitor;
    const soon = this.#failures > 0 ? delayAfter({ minMs: EAGER_MS, maxMs }, this.#failures) : maxMs;
    this.#dueAt = machine.nowMs + (this.#askedAgain ? GAP_MS : soon);
    this.#askedAgain = false;
  }

  /** As when the agent dies: its children go with it. */
  end(): void {
    if (this.#child) this.#options.machine.endChild(this.#child.pid);
    this.#child = null;
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  #ask(asked: Asked): void {
    const { machine, otherMounts, order, onUsable } = this.#options;
    const { mount } = asked;
    const found = examine(machine, asked.child, { mount, otherMounts });
    if ("examines" in found) {
      asked.examines = found.examines;
      return;
    }
    if (mount.source !== this.#options.mount.source) {
      this.heard(asked.pid);
      return;
    }
    asked.answered = true;
    this.#failures = found.usable ? 0 : this.#failures + 1;
    if (found.usable) onUsable(found.usable);
    const rescued = asked.rescue && { rescued: rescue(machine, mount.target, asked.rescue, found) };
    order({ kind: "report", target: mount.target, pid: asked.pid, report: { ...found.report, ...rescued } });
  }
}

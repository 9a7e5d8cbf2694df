import type { Config } from "../core/config/config.ts";
import type { Facts } from "../core/facts.ts";
import { nextRetryAt } from "../core/plan.ts";
import type { Rescued } from "../core/rescue.ts";
import { act } from "./act.ts";
import type { Settling } from "./attempt.ts";
import { type Berth, closeBerth } from "./berth.ts";
import { healAhead } from "./heal-ahead.ts";
import { hearNothing, hearReport, hearSign } from "./hear.ts";
import type { News, Order } from "./messages.ts";
import type { Depth } from "./observe.ts";
import type { KeeperOptions } from "./options.ts";
import { Orphans } from "./orphans.ts";
import { Parents } from "./parents.ts";
import type { Kernel } from "./port.ts";
import { reconfigure } from "./reconfigure.ts";
import { hearRescue, orderRescue } from "./rescue.ts";
import { restsUndisturbed } from "./rest.ts";
import { Resync } from "./resync.ts";
import { areSettled, leavers, retire } from "./retire.ts";
import { settle } from "./settle.ts";
import { statusOf } from "./status-of.ts";
import { Voice } from "./voice.ts";
import { worthAProbe } from "./worth-a-probe.ts";

/**
 * The keeper: one synchronous thread that holds every mount. An event only says "look": boot, mount events, timers and
 * orders all lead to the same pass.
 */
export class Keeper {
  readonly #kernel: Kernel;
  readonly #tools: Pick<Settling, "kernel" | "agent" | "perform">;
  readonly #post: (news: News) => void;
  readonly #voice: Voice;
  readonly #orphans = new Orphans();
  readonly #parents = new Parents();
  #config: Config;
  #berths: Berth[] = [];
  readonly #resync = new Resync();
  #releasing = false;
  #leaving = false;

  constructor({ kernel, agent, config, post, perform = act }: KeeperOptions) {
    this.#kernel = kernel;
    this.#tools = { kernel, agent, perform };
    this.#post = post;
    this.#voice = new Voice(kernel, post);
    this.#config = config;
    this.#configure(config);
  }

  /** Sleeps until something may have changed, takes the orders, makes one pass. */
  step(takeOrders: () => Order[]): void {
    // What the first orders report is compared with the bare directories' records, so those are read before.
    if (this.#voice.pass === 0) this.pass("full");
    const woken = this.#kernel.wait(this.wakeInMs());
    if (woken.mountsChanged) {
      const settling = this.#settling();
      for (const berth of this.#berths) healAhead(settling, berth);
    }
    // Whoever gives an order signals after it, so without a signal there is none: a loss need not wait for the look.
    const orders = woken.signalled ? takeOrders() : [];
    for (const order of orders) this.obey(order);
    const now = this.#kernel.monotonicMs();
    if (woken.mountsChanged) this.#parents.expect(now);
    const parents = this.#parents.look(this.#kernel, this.#berths, now);
    if (parents === "elsewhere") this.#resync.at = now;
    const due = now >= this.#resync.at;
    if (
      due ||
      orders.some(({ kind }) => kind !== "beat") ||
      now >= this.#retryAt ||
      this.#isDisturbed(woken.mountsChanged || parents !== "notDue")
    )
      this.pass(due ? "full" : "quick", woken.mountsChanged);
  }

  /** The mount table changed, and not only elsewhere: then all that is left is to look for orphans at the next full look. */
  #isDisturbed(mayBe: boolean): boolean {
    if (!mayBe) return false;
    if (!this.#berths.every((berth) => restsUndisturbed(this.#kernel, berth))) return true;
    this.#orphans.expect("atFullLook");
    return false;
  }

  /** One pass over every mount. `eventful`: the mount table changed, so what is not verified is worth a new probe. */
  pass(depth: Depth, eventful = false): void {
    this.#voice.pass += 1;
    for (const { memory } of leavers(this.#berths)) memory.releasing = true;
    const facts = this.#berths.map((berth) => this.#settle(berth, depth, eventful));
    this.#resync.plan(depth, facts, this.#config, this.#kernel.monotonicMs());
    const { staying, left } = retire(this.#kernel, this.#berths, facts);
    this.#berths = staying;
    if (eventful) this.#orphans.expect("atFullLook");
    if (!this.#releasing && areSettled(this.#berths)) this.#takeOrphans(depth);
    if (leavers(this.#berths).length > 0) this.#resync.at = this.#kernel.monotonicMs();
    this.#voice.speak(this.#berths.flatMap(statusOf));
    // Last: whoever waits for this may end the process, and what was done should have been told.
    if (this.#leaving) this.#post({ kind: "leaving" });
    if (this.#releasing) this.#post({ kind: "released", left: left.map(({ mount }) => mount.target) });
  }

  /** What an earlier configuration left behind goes as if this one had just been taken over. */
  #takeOrphans(depth: Depth): void {
    const { kernel, agent } = this.#tools;
    const found = this.#orphans.find({ kernel, agent, berths: this.#berths, tell: this.#voice.tell }, depth);
    if (found.length === 0) return;
    this.#berths.push(...found);
    this.#resync.at = kernel.monotonicMs();
  }

  /** Milliseconds until a pass is due by itself. */
  wakeInMs(): number {
    return Math.max(0, Math.min(this.#resync.at, this.#parents.at, this.#retryAt) - this.#kernel.monotonicMs());
  }

  get #retryAt(): number {
    return Math.min(...this.#berths.map(({ memory }) => nextRetryAt(memory)));
  }

  #settle(berth: Berth, depth: Depth, eventful: boolean): Facts {
    const isProbeDue = worthAProbe(berth, eventful);
    const facts = settle(this.#settling(), berth, depth);
    const rescue = orderRescue(berth, facts, this.#config);
    if (rescue) this.#post(rescue);
    if (isProbeDue()) this.#post({ kind: "probe", target: berth.mount.target });
    const { parent } = facts.observed;
    if (parent.kind === "trouble" && parent.reason === "ParentReplaced")
      this.#post({ kind: "restartNeeded", mount: berth.mount.name, why: parent.message });
    return facts;
  }

  #settling(): Settling {
    return { ...this.#tools, config: this.#config, tell: this.#voice.tell };
  }

  /** Takes one order; what it leads to happens in the next pass. */
  obey(order: Order): void {
    switch (order.kind) {
      case "configure":
        this.#configure(order.config);
        return;
      case "report": {
        const berth = this.#at(order.target);
        if (berth) hearReport({ kernel: this.#kernel, tell: this.#voice.tell }, berth, order.pid, order.report);
        if (berth && order.report.rescued !== undefined) this.#endRescue(berth, order.report.rescued);
        this.#post({ kind: "heard", target: order.target, pid: order.pid });
        return;
      }
      case "probeOverdue": {
        const berth = this.#at(order.target);
        if (berth) hearNothing(this.#kernel, berth, order.stuck);
        if (berth?.memory.rescue.asked) this.#endRescue(berth, null);
        return;
      }
      case "probeAlive": {
        const berth = this.#at(order.target);
        if (berth) hearSign(berth);
        return;
      }
      case "beat":
        this.#post(order);
        return;
      case "leave":
        this.#leaving = true;
        for (const { memory } of this.#berths) memory.leaving = true;
        return;
      case "release":
        this.#releasing = true;
        for (const { memory, mount } of this.#berths) memory.releasing = mount.source !== null;
        return;
    }
  }

  /** The next pass looks into the bare directory again. */
  #endRescue(berth: Berth, rescued: Rescued | null): void {
    hearRescue(berth, rescued, this.#kernel.monotonicMs(), this.#config, this.#voice.tell);
    this.#resync.at = 0;
  }

  /** Lets go of every descriptor; the mounts stay. */
  close(): void {
    for (const berth of this.#berths) closeBerth(this.#kernel, berth);
    this.#berths = [];
  }

  #at(target: string): Berth | undefined {
    return this.#berths.find(({ mount }) => mount.target === target);
  }

  #configure(config: Config): void {
    this.#config = config;
    this.#berths = reconfigure(this.#kernel, this.#berths, config, this.#releasing);
    this.#orphans.expect("now");
    this.#resync.at = 0;
  }
}

import type { Config } from "../../core/config/config.ts";
import type { TraceBody } from "../../core/trace.ts";
import { monotonicMs } from "../../kernel/clock.ts";
import type { Kubernetes } from "../../kubernetes/start.ts";

export interface Departure {
  signal: string;
  config: Config;
  /** Null without Kubernetes: then the configuration alone decides. */
  kubernetes: Kubernetes | null;
  /** Ends what hangs where the policy says so: a child that the kernel holds would hold this container. */
  abortWhatHangs(withinMs: number): Promise<void>;
  /** Writes out what the volumes have in memory. */
  sync(withinMs: number): Promise<void>;
  /** Lets go of the mounts; resolves to the targets that are left. */
  release(withinMs: number): Promise<string[]>;
  stopProbing(): void;
  /** Unlocks the bare directories and removes those that are empty. */
  purge(): void;
  /** The process may take this long from now on. */
  allow(ms: number): void;
  tell(trace: TraceBody): void;
}

/** What is kept, is kept in less than 2 s all together. */
const DECIDE_WITHIN_MS = 1000;
/** Once the pod is known to be deleted, a slow API server is asked on: what is kept by mistake pins its claim to this node. */
const DECIDE_AT_LAST_MS = 8000;
const ABORT_WITHIN_MS = 200;
const KEEP_WITHIN_MS = 1700;
/** What is not written by then is the kernel's to write: detaching loses nothing of it. */
const SYNC_WITHIN_MS = 4000;
const SYNC_ALONE_WITHIN_MS = 700;
const RELEASE_WITHIN_MS = 1500;
const KEEP_WORDS_MS = 500;
/** Of the grace period, for letting go and for the last words. */
const RESERVE_MS = 10_000;
const LAST_WORDS_MS = 4000;
const LOOK_EVERY_MS = 200;

/** The way out: decide, wait for who still writes, let go, tell. Unmount first, report later. Resolves to the exit code. */
export const depart = async (departure: Departure): Promise<number> => {
  const { signal, kubernetes, stopProbing, tell } = departure;
  const startedAt = monotonicMs();
  const since = (): number => monotonicMs() - startedAt;
  const { policy, comesBack, unlock } = await decide(departure, since);
  tell({ kind: "stopping", signal, policy });
  await departure.abortWhatHangs(ABORT_WITHIN_MS);
  let left: string[] = [];
  if (policy === "release") {
    if (kubernetes) await waitForConsumers(departure, kubernetes, since);
    await departure.sync(kubernetes ? SYNC_WITHIN_MS : SYNC_ALONE_WITHIN_MS);
    left = await departure.release(kubernetes ? RELEASE_WITHIN_MS : Math.max(200, KEEP_WITHIN_MS - since()));
    if (unlock && left.length === 0) departure.purge();
    if (kubernetes) tellWhoIsLeft(departure, kubernetes);
  }
  stopProbing();
  if (kubernetes) {
    const withinMs = policy === "release" ? LAST_WORDS_MS : Math.max(KEEP_WORDS_MS, KEEP_WITHIN_MS - since());
    await kubernetes.end(comesBack, withinMs);
  }
  tell({ kind: "stopped", afterMs: since() });
  return left.length === 0 ? 0 : 1;
};

const decide = async (
  { config, kubernetes, allow, tell }: Departure,
  since: () => number,
): Promise<{ policy: "keep" | "release"; comesBack: boolean; unlock: boolean }> => {
  if (!kubernetes) return { policy: config.exit === "release" ? "release" : "keep", comesBack: true, unlock: false };
  let decision = await kubernetes.decideExit(DECIDE_WITHIN_MS);
  const until = Math.min(DECIDE_AT_LAST_MS, kubernetes.graceMs() - RESERVE_MS);
  if (decision.isOpen) allow(Math.max(0, until - since()) + KEEP_WITHIN_MS);
  // Twice the time each round: a new connection may be the quick one, a slow answer may need all of it.
  for (let withinMs = 2 * DECIDE_WITHIN_MS; decision.isOpen && since() < until; withinMs *= 2) {
    await Bun.sleep(LOOK_EVERY_MS);
    decision = await kubernetes.decideExit(Math.min(withinMs, Math.max(1, until - since())));
  }
  tell({ kind: "exitDecided", policy: decision.policy, why: decision.why });
  return decision;
};

/** Pods that are evicted together with the agent may be writing a dump; who does not end in time keeps the volume busy. */
const waitForConsumers = async (
  { allow, tell }: Departure,
  kubernetes: Kubernetes,
  since: () => number,
): Promise<void> => {
  const graceMs = kubernetes.graceMs();
  const until = graceMs - RESERVE_MS;
  allow(Math.max(KEEP_WITHIN_MS, graceMs - since()) + LAST_WORDS_MS);
  const pods = kubernetes.allConsumers();
  if (pods.length === 0 || since() >= until) return;
  tell({ kind: "waitingForConsumers", pods: [...pods], withinMs: until - since() });
  while (kubernetes.allConsumers().length > 0 && since() < until) await Bun.sleep(LOOK_EVERY_MS);
};

const tellWhoIsLeft = ({ config, tell }: Departure, kubernetes: Kubernetes): void => {
  for (const { name: mount } of config.mounts) {
    const pods = kubernetes.consumers(mount) ?? [];
    if (pods.length > 0) tell({ kind: "releasedInUse", mount, pods: [...pods] });
  }
};

import { type Condition, serves } from "../core/condition.ts";
import { printable } from "../core/printable.ts";
import { count, sayDuration } from "../core/say.ts";
import type { MountStatus, Status } from "../core/status.ts";

/** What /readyz says: whether traffic may come, and if not, which mount and why. */
export interface Readiness {
  ready: boolean;
  /** One sentence. */
  summary: string;
  /** Those that consumers cannot use, in the order of the configuration. */
  unready: Condition[];
}

export const readinessOf = (status: Status, live: boolean): Readiness => {
  const { mounts } = status;
  const unready = mounts.filter((mount) => !isUsable(mount)).map((mount) => mount.condition);
  if (!live) return { ready: false, summary: "not ready: the keeper does not answer, so nothing is known", unready };
  if (status.ready) return { ready: true, summary: `ready: ${count(mounts.length, "mount")}`, unready: [] };
  return {
    ready: false,
    summary: `not ready: ${unready.length} of ${count(mounts.length, "mount")} cannot be used`,
    unready,
  };
};

/** Attached, verified, and in a state that serves. */
export const isUsable = ({ condition, attached, verified }: MountStatus): boolean =>
  serves(condition.state) && attached && verified;

/** As text, one line for each mount that is not usable. `now` in milliseconds since the epoch. */
export const readinessText = ({ summary, unready }: Readiness, now: number): string => {
  const lines = unready.map(({ mount, state, reason, since, message }) =>
    printable(`${mount}: ${state}/${reason} for ${sayDuration(now - since)}: ${message}`),
  );
  return `${[summary, ...lines].join("\n")}\n`;
};

import type { MountName } from "../trouble.ts";
import { canHeal, clear, type Fault } from "./fault.ts";

export const unmount = (name: MountName, lazily: boolean): Fault => ({
  name: lazily ? "umount -l" : "umount",
  weight: 12,
  can: canHeal(name),
  async make(world) {
    const place = world.dice.below(2) ? world.machine : world.host;
    // Whoever has a file open keeps it busy; then it goes the other way.
    const plainly = lazily ? "" : 'for try in 1 2 3; do umount "$1" 2>/dev/null && exit; done;';
    await place.sh(`${plainly} umount -l "$1"`, { args: [world.mounts[name].target] });
    return null;
  },
});

export const remount = (name: MountName, options: string, what: string): Fault => ({
  name: what,
  weight: 5,
  can: clear(name),
  async make({ machine, mounts }) {
    // Busy while somebody has a file open for writing.
    await machine.sh(`until mount -o "remount,bind,$2" "$1" 2>/dev/null; do :; done`, {
      args: [mounts[name].target, options],
    });
    return null;
  },
});

export const bindAgain = (name: MountName): Fault => ({
  name: "the same bound again",
  weight: 3,
  can: clear(name),
  async make({ machine, mounts }) {
    await machine.sh(`mount --bind "$1" "$2"`, { args: [mounts[name].target, mounts[name].target] });
    return null;
  },
});

export const cover: Fault = {
  name: "foreign mount over it",
  weight: 5,
  can: clear("dumps"),
  async make(world) {
    const foreign = await world.accounts.cover({ place: world.host, target: world.mounts.dumps.target });
    return {
      kind: "foreign",
      mounts: ["dumps"],
      says: ["Wrong/ForeignMount"],
      isServed: false,
      extraMounts: 1,
      mend: () => foreign.takeAway(),
    };
  },
};

export const coverReplaced: Fault = {
  name: "foreign mount, to be replaced",
  weight: 5,
  can: clear("heaps"),
  async make(world) {
    const foreign = await world.accounts.cover({ place: world.host, target: world.mounts.heaps.target });
    foreign.mayGo();
    return null;
  },
};

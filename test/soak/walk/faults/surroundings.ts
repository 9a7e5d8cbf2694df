import type { Trouble } from "../trouble.ts";
import { always, clear, type Fault } from "./fault.ts";

export const makePrivate: Fault = {
  name: "parent made private",
  weight: 1,
  can: clear("dumps", "heaps"),
  async make(world) {
    const { machine } = world;
    await machine.sh(`mount --make-private "$1"`, { args: [machine.node] });
    return {
      kind: "not shared",
      mounts: ["dumps", "heaps"],
      says: ["Broken/NotShared"],
      isServed: false,
      extraMounts: 0,
      async mend() {
        await machine.sh(`mount --make-shared "$1"`, { args: [machine.node] });
        // Whoever saw the node's mounts does not any more: it is another peer group.
        await world.accounts.settle();
        world.host[Symbol.dispose]();
        world.host = await machine.peer();
        await world.accounts.open();
      },
    };
  },
};

export const reload: Fault = {
  name: "configuration reloaded",
  weight: 3,
  can: always,
  async make(world) {
    world.inodes = 1 + ((world.inodes + 1) % 50);
    await world.reconfigure();
    return null;
  },
};

export const unconfigure: Fault = {
  name: "mount out of the configuration",
  weight: 2,
  can: clear("heaps"),
  async make(world) {
    const trouble: Trouble = {
      kind: "removed from the configuration",
      mounts: ["heaps"],
      says: [],
      isServed: false,
      extraMounts: -1,
      async mend() {
        await world.reconfigure();
      },
    };
    world.troubles.push(trouble);
    await world.reconfigure();
    world.troubles.pop();
    return trouble;
  },
};

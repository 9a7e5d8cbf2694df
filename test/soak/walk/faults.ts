import { join } from "node:path";
import type { FaultPoint } from "../../../agent/kernel/fault.ts";
import { Agent, testBuild } from "../../kernel/harness/agent.ts";
import { until } from "../../kernel/harness/until.ts";
import { Foreign } from "../../kernel/scenarios/foreign.ts";
import type { MountName, Trouble } from "./trouble.ts";
import type { World } from "./world.ts";

/** One thing that goes wrong. What stays wrong is returned as a trouble; of all else the agent must recover by itself. */
export interface Fault {
  name: string;
  weight: number;
  /** It ends the agent: not for a lane in which one agent lives all the time. */
  endsAgent?: true;
  can(world: World): boolean;
  make(world: World): Promise<Trouble | null>;
}

const points: readonly FaultPoint[] = [
  ...(["secure.locked", "seal.open", "seal.recorded", "secure.sealed", "attach.recorded", "attach.attached"] as const),
  ...(["heal.due", "heal.attached", "replace.recorded", "replace.beneath", "replace.replaced", "anchor.held"] as const),
];

const always = () => true;
const clear =
  (...names: MountName[]) =>
  (world: World) =>
    world.isClear(...names);
/** Where whichever agent is there has what it needs to put the mount back. */
const canHeal = (name: MountName) => (world: World) => world.troublesOf(name).every(({ kind }) => kind === "full");

const unmount = (name: MountName, lazily: boolean): Fault => ({
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

const restart = (signal: "SIGTERM" | "SIGKILL"): Fault => ({
  name: `${signal}, restart`,
  weight: 4,
  endsAgent: true,
  can: always,
  async make(world) {
    await world.endAgent(signal);
    await world.startAgent();
    return null;
  },
});

const breakAtPoint: Fault = {
  name: "fault point",
  weight: 6,
  endsAgent: true,
  can: always,
  async make(world) {
    await world.endAgent("SIGKILL");
    const how = world.dice.pick([":kill", ":kill", ":5", ":28", ":throw"]);
    await world.startAgent(`${world.dice.pick(points)}${how}`);
    return null;
  },
};

const cover: Fault = {
  name: "foreign mount over it",
  weight: 5,
  can: clear("dumps"),
  async make(world) {
    const foreign = await Foreign.over(world.machine, { place: world.host, target: world.mounts.dumps.target });
    world.foreign.push(foreign);
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

const coverReplaced: Fault = {
  name: "foreign mount, to be replaced",
  weight: 5,
  can: clear("heaps"),
  async make(world) {
    const foreign = await Foreign.over(world.machine, { place: world.host, target: world.mounts.heaps.target });
    world.foreign.push(foreign);
    foreign.mayGo();
    return null;
  },
};

const bindAgain = (name: MountName): Fault => ({
  name: "the same bound again",
  weight: 3,
  can: clear(name),
  async make({ machine, mounts }) {
    await machine.sh(`mount --bind "$1" "$2"`, { args: [mounts[name].target, mounts[name].target] });
    return null;
  },
});

const remount = (name: MountName, options: string, what: string): Fault => ({
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

const unlock = (name: MountName): Fault => ({
  name: "bare directory unlocked",
  weight: 2,
  can: clear(name),
  async make(world) {
    await world.under(name, (below, directory) => below.sh(`chattr -i "$1"; chmod 755 "$1"`, { args: [directory] }));
    const isLocked = (lock: string) => lock === "0 i";
    await until(
      () =>
        world.under(name, async (below, directory) =>
          isLocked(await below.sh(`echo "$(stat -c %a "$1") $(lsattr -d "$1" | cut -c5)"`, { args: [directory] })),
        ),
      { what: "the bare directory to be locked again", every: 50 },
    );
    return null;
  },
});

const deleteSource: Fault = {
  name: "source deleted, made anew",
  weight: 3,
  can: clear("dumps"),
  async make({ machine }) {
    // Everything in it is moved away first: what is written meanwhile, again.
    await machine.sh(
      `until rmdir "$1"/app 2>/dev/null; do
         grave=$(mktemp -d "$1"/graves/XXXXXX)
         find "$1"/app -mindepth 1 -maxdepth 1 -exec mv -t "$grave" {} +
       done
       mkdir -m 1777 "$1"/app`,
      { args: [machine.source] },
    );
    return null;
  },
};

const loseSource: Fault = {
  name: "claim unmounted",
  weight: 2,
  can: clear("dumps"),
  async make({ machine }) {
    const kept = join(machine.root, "kept");
    await machine.sh(`mkdir -p "$2"; mount --bind "$1" "$2"; umount -l "$1"`, { args: [machine.source, kept] });
    return {
      kind: "source gone",
      mounts: ["dumps"],
      says: ["Degraded/SourceGone"],
      isServed: true,
      extraMounts: 0,
      mend: async () =>
        void (await machine.sh(`mount --bind "$2" "$1"; umount -l "$2"`, { args: [machine.source, kept] })),
    };
  },
};

const fill: Fault = {
  name: "volume full",
  weight: 2,
  can: clear("dumps"),
  async make({ machine }) {
    const script = `for size in 1M 4k 1; do dd if=/dev/zero bs=$size of="$1"/filler-$size 2>/dev/null || :; done`;
    await machine.sh(script, { args: [machine.source] });
    return {
      kind: "full",
      mounts: ["dumps"],
      says: ["Degraded/NoSpaceLeft"],
      isServed: true,
      extraMounts: 0,
      mend: async () => void (await machine.sh(`rm "$1"/filler*`, { args: [machine.source] })),
    };
  },
};

const hang: Fault = {
  name: "volume silent",
  weight: 2,
  can: clear("heaps"),
  async make({ fuse }) {
    await fuse.silent();
    return {
      kind: "hung",
      mounts: ["heaps"],
      says: ["Hung/ProbeTimeout"],
      isServed: true,
      extraMounts: 0,
      mend: () => fuse.answer(),
    };
  },
};

const standStill: Fault = {
  name: "volume stands still for a while",
  weight: 1,
  can: clear("heaps"),
  async make({ fuse, agent }) {
    fuse.pause();
    await agent.until(["Degraded/ProbeSlow", "Hung"], "heaps").finally(() => fuse.resume());
    return null;
  },
};

const answerErrors = (
  code: "EIO" | "ESTALE" | "ENOTCONN",
  reason: "InputOutputError" | "StaleHandle" | "Disconnected",
): Fault => ({
  name: `volume answers ${code}`,
  weight: 1,
  can: clear("heaps"),
  async make({ fuse }) {
    await fuse.errno(code);
    return {
      kind: "errors",
      mounts: ["heaps"],
      // One that is started meanwhile cannot tell what it finds mounted.
      says: [`Broken/${reason}`, `Unknown/${reason}`],
      isServed: true,
      extraMounts: 0,
      mend: () => fuse.answer(),
    };
  },
});

const makePrivate: Fault = {
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
        await world.settleAccounts();
        world.host[Symbol.dispose]();
        world.host = await machine.peer();
        await world.startConsumers();
      },
    };
  },
};

const reload: Fault = {
  name: "configuration reloaded",
  weight: 3,
  can: always,
  async make(world) {
    world.inodes = 1 + ((world.inodes + 1) % 50);
    await world.reconfigure();
    return null;
  },
};

const unconfigure: Fault = {
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

const secondAgent: Fault = {
  name: "second agent, takes over",
  weight: 2,
  endsAgent: true,
  can: always,
  async make(world) {
    const second = await Agent.start(world.machine, { binary: testBuild, configPath: world.agent.configPath });
    await until(async () => (await second.mount("dumps")).condition.state !== "Unknown", {
      what: "the second to look",
    });
    await world.endAgent("SIGKILL");
    world.agent = second;
    world.mayDie = false;
    return null;
  },
};

const ofEither = (make: (name: MountName) => Fault): Fault[] => [make("dumps"), make("heaps")];

export const faults: readonly Fault[] = [
  ...ofEither((name) => unmount(name, false)),
  ...ofEither((name) => unmount(name, true)),
  ...ofEither(bindAgain),
  ...ofEither((name) => remount(name, "ro", "remounted read-only")),
  ...ofEither((name) => remount(name, "suid,dev", "flags taken away")),
  ...ofEither(unlock),
  restart("SIGTERM"),
  restart("SIGKILL"),
  breakAtPoint,
  cover,
  coverReplaced,
  deleteSource,
  loseSource,
  fill,
  hang,
  standStill,
  answerErrors("EIO", "InputOutputError"),
  answerErrors("ESTALE", "StaleHandle"),
  answerErrors("ENOTCONN", "Disconnected"),
  makePrivate,
  reload,
  unconfigure,
  secondAgent,
];

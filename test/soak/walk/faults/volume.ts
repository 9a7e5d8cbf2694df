import { join } from "node:path";
import { clear, type Fault } from "./fault.ts";

export const deleteSource: Fault = {
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

export const loseSource: Fault = {
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

export const fill: Fault = {
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

export const hang: Fault = {
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

export const standStill: Fault = {
  name: "volume stands still for a while",
  weight: 1,
  can: clear("heaps"),
  async make(world) {
    const isSlow = async () => {
      const { reason } = (await world.agent.mount("heaps")).condition;
      return reason === "ProbeSlow" || reason === "ProbeTimeout";
    };
    await world.fuse.pause();
    await world.until(isSlow, "the agent to notice").finally(() => world.fuse.resume());
    return null;
  },
};

export const answerErrors = (
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

import { describe, expect, test } from "bun:test";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";
import { until } from "../harness/until.ts";

/** Binds the source and then, twice, what lies on the target over the target: shared ones double each time. */
const stackUp = (machine: Machine, place: Place = machine): Promise<string> =>
  place.sh(`mount --bind "$1" "$2"; mount --bind "$2" "$2"; mount --bind "$2" "$2"`, {
    args: [machine.source, machine.target],
  });

const single = async (machine: Machine): Promise<void> => {
  await until(() => machine.mountsAt(machine.target).length === 1, { what: "one mount on the target" });
};

describe("our own mount bound again on top", () => {
  test("is brought down to one: no consumer loses it, nobody counts a recovery, the mounts are as before", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const ofParent = await machine.consumer({ every: "tight" });
    const ofTarget = await machine.consumer({ every: "tight" });
    const keepsOpen = await machine.consumer({ every: "1ms", keepOpen: true });
    const before = { mounts: machine.mountinfo(), seen: ofParent.place.mountsAt(machine.target).length };
    for (let round = 1; round <= 5; round++) {
      await stackUp(machine);
      await single(machine);
      await agent.until("Healthy");
    }
    expect(machine.mountinfo()).toEqual(before.mounts);
    expect(ofParent.place.mountsAt(machine.target)).toHaveLength(before.seen);
    expect((await agent.event("unstacked")).level).toBe("warn");
    expect(agent.events("attached")).toHaveLength(1);
    for (const consumer of [ofParent, ofTarget, keepsOpen]) {
      const { written, failed } = await consumer.stop();
      expect(failed).toBe(0);
      expect(written).toBeGreaterThan(10);
    }
    expect((await ofParent.lost()).count).toBe(0);
    // What it holds to heal from is the mount that stayed.
    await machine.unmount(machine.target);
    await agent.event("attached", 2);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("in a peer namespace, as the host does it, with consumers of the mount itself", async () => {
    using machine = await Machine.start();
    const host = await machine.peer();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const place = await machine.peer("slave");
    // A hostPath volume on the mount point itself: a bind of it in the consumer's namespace.
    await place.sh(`mkdir -p "$2"; mount --bind "$1" "$2"; mount --make-slave "$2"`, {
      args: [machine.target, `${machine.root}/volume`],
    });
    await stackUp(machine, host);
    await single(machine);
    await until(() => host.mountsAt(machine.target).length === 1, { what: "one mount on the host" });
    expect(place.mountsAt(`${machine.root}/volume`)).toHaveLength(1);
    await place.sh(`echo still > "$1/there"`, { args: [`${machine.root}/volume`] });
    expect(await host.read(`${machine.target}/there`)).toBe("still");
    await agent.until("Healthy");
  });

  test("while no agent was there is brought down by the next one, which adopts", async () => {
    using machine = await Machine.start();
    const first = await Agent.start(machine);
    await first.until("Healthy");
    const [kept] = machine.mountsAt(machine.target);
    await first.end("SIGKILL");
    const consumer = await machine.consumer({ every: "tight" });
    await stackUp(machine);
    const next = await Agent.start(machine);
    await next.until("Healthy");
    await single(machine);
    expect(machine.mountsAt(machine.target)).toEqual(kept ? [kept] : []);
    expect(await next.ways()).toEqual(["adopted"]);
    expect((await consumer.stop()).failed).toBe(0);
  });

  test("with something mounted inside it: told as Stacked and left, until that has gone", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await agent.program.stopped();
    await machine.sh(`mount --bind "$1" "$2"; mkdir -p "$2/inside"; mount -t tmpfs inside "$2/inside"`, {
      args: [machine.source, machine.target],
    });
    agent.program.resume();
    await agent.until("Degraded/Stacked");
    await agent.probed(2);
    expect(machine.mountsAt(machine.target)).toHaveLength(2);
    expect(machine.mountsAt(`${machine.target}/inside`)).toHaveLength(1);
    await machine.sh(`umount "$1/inside"`, { args: [machine.target] });
    await agent.until("Healthy");
    await single(machine);
  });

  test("with a foreign mount in between: what is ours on top of that is left, as nobody could see the right one else", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await agent.program.stopped();
    await machine.sh(
      `mount -t tmpfs foreign "$2"; echo theirs > "$2/file"; mount --bind "$1" "$2"; mount --bind "$1" "$2"`,
      {
        args: [machine.source, machine.target],
      },
    );
    agent.program.resume();
    await agent.until("Degraded/Stacked");
    await agent.probed(2);
    const stack = machine.mountsAt(machine.target).map(({ source }) => source);
    expect(stack.slice(0, 2)).toEqual(["scratch", "foreign"]);
    expect((await agent.get("/readyz")).code).toBe(200);
  });
});

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";

const config = { monitor: { interval: "300ms", timeout: "250ms", failures: 3 } };

/** An agent in a pod whose Bidirectional volume is the parent of the target. */
const startInPod = async (machine: Machine) => {
  const pod = await machine.pod();
  const agent = await Agent.start(machine, { place: pod, mount: { target: pod.target }, config });
  return { pod, agent };
};

describe("the parent of the target", () => {
  test("in a pod, unmounted on the node: healed through the pod, and the node sees it again", async () => {
    using machine = await Machine.start();
    const { agent, pod } = await startInPod(machine);
    await agent.until("Healthy");
    const mounts = machine.mountCount();
    for (let round = 1; round <= 10; round++) {
      await machine.sh(`umount -l "$1"`, { args: [machine.target] });
      await agent.event("attached", round + 1);
      await until(() => machine.mountsAt(machine.target).length === 1, { what: "the node to see the mount" });
    }
    expect(machine.mountCount()).toBe(mounts);
    expect(pod.mountsAt(pod.target)).toHaveLength(1);
  });

  test("in a pod, restarted: the host's mounts stay as many as they are", async () => {
    using machine = await Machine.start();
    const first = await startInPod(machine);
    await first.agent.until("Healthy");
    const mounts = machine.mountsAt(machine.target);
    for (let round = 0; round < 5; round++) {
      const { agent } = await startInPod(machine);
      await agent.until("Waiting");
      await agent.end("SIGKILL");
    }
    await first.agent.end("SIGKILL");
    const { agent } = await startInPod(machine);
    await agent.until("Healthy");
    expect(await agent.ways()).toEqual(["adopted"]);
    expect(machine.mountsAt(machine.target)).toEqual(mounts);
  });

  test("not there yet, nor the disk that it lies on: attached when it is", async () => {
    using machine = await Machine.start();
    const disk = join(machine.root, "disk");
    const target = join(disk, "var/lib/mooring/dumps");
    const agent = await Agent.start(machine, { mount: { target }, config });
    await agent.until("Broken");
    expect(machine.mountsAt(target)).toEqual([]);
    await machine.sh(`mkdir -p "$1"; mount -t tmpfs disk "$1"; mount --make-shared "$1"`, { args: [disk] });
    await agent.until("Healthy");
    expect(machine.mountsAt(target)).toHaveLength(1);
  });

  test("with something mounted over it: followed there within a second or so, and back when that has gone", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, {
      config: { monitor: { interval: "1h", timeout: "500ms", failures: 3 } },
    });
    await agent.until("Healthy");
    const mounts = machine.mountCount();
    await machine.sh(`mount -t tmpfs cover "$1"; mount --make-shared "$1"`, { args: [machine.parent] });
    await agent.event("attached", 2);
    expect(machine.mountCount()).toBe(mounts + 2);
    await agent.until("Healthy");
    await machine.sh(`umount -l "$1"`, { args: [machine.parent] });
    await agent.event("bareDirectoryLocked", 3);
    await agent.until("Healthy");
    expect(await agent.ways()).toEqual(["attached", "healed"]);
    expect(machine.mountCount()).toBe(mounts);
  });
});

import type { State } from "../../agent/core/condition.ts";
import type { MountStatus } from "../../agent/core/status.ts";
import { Agent } from "../kernel/harness/agent.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { until } from "../kernel/harness/until.ts";
import { Narrator, spell } from "./narrate.ts";

/**
 * `make demo`: the main job on real mounts, told as it happens. Every statement with a tick was measured in this run;
 * exits with 1 when one of them is not so.
 */
const stay = process.argv.includes("--stay");
const isRealRoot = process.env.MOORING_DEMO_USER_NAMESPACE === undefined;
/** Without the immutable flag, what is written while the mount is away lands in the bare directory, and is reported. */
const wellAgain: readonly State[] = isRealRoot ? ["Healthy"] : ["Healthy", "Degraded"];
const narrator = new Narrator(process.stdout.isTTY && process.env.NO_COLOR === undefined);
const begun = performance.now();

using machine = await Machine.start({ volume: isRealRoot ? "ext4" : "tmpfs", size: "64m" });
const monitor = { interval: "500ms", timeout: "250ms", failures: 3 };
const oldVolume = `${machine.root}/volumes/old`;
const options = { mount: { minFree: { bytes: "4Mi" } }, config: { monitor } };

let agent = await attach();
const consumer = await machine.consumer({ every: "1ms" });
await consumer.writes(200);
await unmount();
await replaceTheSource();
await fillTheVolume();
await listen();
await killAndRestart();
await summarise();
const allHeld = narrator.verdict((performance.now() - begun) / 1000);
if (stay) await leaveRunning();
process.exit(allHeld ? 0 : 1);

async function attach(): Promise<Agent> {
  narrator.step("An agent attaches a volume to a path of the node");
  narrator.say(`volume   ${machine.source} (${isRealRoot ? "ext4 on a loop device" : "tmpfs"}, 64 MiB)`);
  narrator.say(`target   ${machine.target}, seen by the node and by an application in a namespace of its own`);
  const started = performance.now();
  const first = await Agent.start(machine, options);
  const { identity, options: flags } = await first.until(wellAgain);
  narrator.check(true, `Healthy ${spell(performance.now() - started)} after its start`);
  narrator.say(`mounted  ${identity?.fsType} from ${identity?.source}, ${flags.join(",")}`);
  return first;
}

async function unmount(): Promise<void> {
  narrator.step("Somebody unmounts it on the node, 20 times, while an application writes every millisecond");
  const before = await consumer.report();
  const healed = agent.events("attached").length;
  for (let round = 1; round <= 20; round++) {
    await machine.sh(`umount -l "$1"`, { args: [machine.target] });
    await agent.event("attached", healed + round);
  }
  const times = agent
    .events("attached")
    .slice(healed)
    .map(({ durationMs }) => Number(durationMs))
    .sort((a, b) => a - b);
  const after = await consumer.report();
  narrator.check(
    times.length === 20,
    `healed 20 times: median ${spell(times[10] ?? Number.NaN)}, slowest ${spell(times[19] ?? Number.NaN)}`,
  );
  narrator.say(
    `the application failed ${after.failed - before.failed} of ${after.written - before.written} writes, in those moments`,
  );
  await agent.until(wellAgain);
}

async function replaceTheSource(): Promise<void> {
  narrator.step(
    "Another volume takes the source's place; the old mount is stale and is replaced under the application",
  );
  const before = await consumer.report();
  const mounts = machine.mountsAt(machine.target).length;
  await machine.sh(`mkdir -p "$2"; mount --bind "$1" "$2"; mount -t tmpfs -o mode=755,size=32m new-volume "$1"`, {
    args: [machine.source, oldVolume],
  });
  await agent.event("attached", agent.events("attached").length + 1);
  const { identity } = await agent.until(wellAgain);
  await consumer.writes(100);
  const after = await consumer.report();
  narrator.check(identity?.source === "new-volume", "the target shows the new volume");
  narrator.check(after.failed === before.failed, `0 of ${after.written - before.written} writes failed meanwhile`);
  narrator.check(machine.mountsAt(machine.target).length === mounts, "no mount was left over");
}

async function killAndRestart(): Promise<void> {
  narrator.step("The agent is killed with SIGKILL and started again");
  const before = await consumer.report();
  const mounts = machine.mountCount();
  await agent.end("SIGKILL");
  narrator.say("killed; the mount is still there, nothing of it belongs to a process");
  agent = await Agent.start(machine, options);
  await agent.until(wellAgain);
  const adopted = agent.events("attached").some(({ how }) => how === "adopted");
  await consumer.writes(100);
  const after = await consumer.report();
  narrator.check(adopted, "the new agent adopted the mount that it found");
  narrator.check(after.failed === before.failed, `0 of ${after.written - before.written} writes failed`);
  narrator.check(machine.mountCount() === mounts, `${mounts} mounts before, ${machine.mountCount()} after`);
}

async function fillTheVolume(): Promise<void> {
  narrator.step("The volume fills up");
  await machine.sh(`head -c 64m /dev/zero > "$1"/filler 2>/dev/null || true`, { args: [machine.target] });
  const isFull = ({ condition }: MountStatus) => ["NoSpaceLeft", "BytesLow"].includes(condition.reason);
  const { condition } = await until(async () => [await agent.mount()].find(isFull), { what: "it to notice" });
  narrator.check(true, `${condition.state}/${condition.reason}: ${condition.message}`);
  narrator.check(
    (await agent.get("/readyz")).code === 200,
    "still ready: the mount serves, and the agent needs no space for itself",
  );
  await machine.sh(`rm "$1"/filler`, { args: [machine.target] });
  await until(async () => !isFull(await agent.mount()), { what: "it to notice the room" });
  await consumer.writes(50);
  narrator.check(true, "all is well again once there is room");
}

async function listen(): Promise<void> {
  narrator.step(`What it says over HTTP, ${agent.url}`);
  for (const path of ["/livez", "/readyz", "/api/v1/status", "/metrics", "/"]) {
    const { code, ms, body } = await agent.get(path);
    narrator.check(code === 200 && ms < 50, `GET ${path} ${code} in ${spell(ms)}, ${body.length} bytes`);
  }
  const { body } = await agent.get("/metrics");
  for (const line of body.split("\n").filter((text) => text.startsWith("volume_mount_"))) narrator.say(line);
}

async function summarise(): Promise<void> {
  narrator.step("What the application saw, all in all");
  const { written, failed, errors, longestGapMs } = await consumer.report();
  const why = Object.entries(errors).map(([errno, times]) => `${times} ${errno}`);
  narrator.say(
    `${written} records written; ${failed} writes failed (${why.join(", ")}; ENOSPC while the volume was full)`,
  );
  narrator.say(`longest time without a successful write: ${spell(longestGapMs)}`);
  if (stay) return;
  await agent.end();
  const { count } = await consumer.lost([oldVolume]);
  narrator.check(count === 0, `${count} of the records it wrote are lost: each one is in a volume`);
}

async function leaveRunning(): Promise<void> {
  console.log(`\nLeft running: ${agent.url}, config ${agent.configPath}`);
  console.log(`Look inside with: nsenter -t ${machine.pid} -m\nEnd it with Ctrl-C.`);
  await new Promise((resolve) => process.once("SIGINT", resolve));
}

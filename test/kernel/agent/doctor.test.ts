import { describe, expect, test } from "bun:test";
import type { Diagnosis } from "../../../agent/core/doctor/diagnosis.ts";
import { Agent, mooring } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";

/** What doctor finds: `reason` of each finding, and what others see, by their pid. */
const examine = async (machine: Machine, { configPath }: Agent) => {
  const { code, out } = await mooring(machine, ["doctor", "--json", "--config", configPath]);
  const { findings, mounts } = JSON.parse(out) as Diagnosis;
  const seen = (pid: number) =>
    mounts
      .flatMap(({ seenBy }) => seenBy)
      .flatMap(({ pid: by, sight, at }) => (by === pid && at === machine.target ? [sight] : []));
  return { code, reasons: findings.map(({ reason }) => reason), seen };
};

describe("mooring doctor", () => {
  test("finds nothing on a node that is well, and sees who uses the volume", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const consumer = await machine.peer("slave");
    const before = machine.mountinfo();
    const { code, reasons, seen } = await examine(machine, agent);
    expect({ code, reasons, seen: seen(consumer.pid) }).toEqual({ code: 0, reasons: [], seen: ["volume"] });
    expect(machine.mountinfo()).toEqual(before);
    const { out } = await mooring(machine, ["doctor", "--config", agent.configPath]);
    expect(out).toContain("no findings: 1 mount, ");
    expect(out).toMatch(/dumps +\S+ +tmpfs:\S+ +1 +locked +/);
  });

  test("names who stayed on the bare directory and who holds a volume that was replaced", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$1"`, { args: [machine.target] });
    const early = await machine.peer("private");
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const late = await machine.peer("private");
    await machine.sh(`mount -t tmpfs -o size=8m other "$1"`, { args: [machine.source] });
    await agent.event("attached", 2);
    const { code, reasons, seen } = await examine(machine, agent);
    expect([code, seen(early.pid), seen(late.pid)]).toEqual([1, ["bare"], ["other"]]);
    expect(reasons.toSorted()).toEqual(["SeesAnotherVolume", "SeesBareDirectory"]);
  });

  test("finds stacks, foreign mounts, hidden files, an open directory and a private parent, with no agent there", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    expect(await agent.end()).toBe(0);
    const below = await machine.below();
    await below.sh(`chattr -i "$1"; chmod 755 "$1"; echo lost > "$1/file"`, { args: [machine.target] });
    await machine.sh(`mount -t tmpfs foreign "$1"; mount --make-private "$2"`, {
      args: [machine.target, machine.node],
    });
    const { code, reasons } = await examine(machine, agent);
    expect(code).toBe(1);
    expect(reasons).toEqual([
      "NotShared",
      "ForeignMount",
      "Stacked",
      "BareDirectoryUnlocked",
      "ShadowedFiles",
      "SeesBareDirectory",
    ]);
  });

  test("finds a mount that the configuration names no more", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await agent.end("SIGKILL");
    const target = `${machine.parent}/renamed`;
    await machine.write(
      agent.configPath,
      JSON.stringify({ mounts: [{ name: "renamed", source: machine.source, target }] }),
    );
    const { code, reasons } = await examine(machine, agent);
    expect({ code, reasons }).toEqual({ code: 1, reasons: ["NotMounted", "Orphan"] });
  });

  test("says what it could not look at, and refuses what is no /proc", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const folder = `${machine.root}/empty`;
    await machine.sh(`mkdir "$1"`, { args: [folder] });
    const { out } = await mooring(machine, ["doctor", "--config", agent.configPath, "--proc", folder]);
    expect(out).toContain("not seen: processes outside of this PID namespace (0 processes");
    const refused = await mooring(machine, ["doctor", "--config", agent.configPath, "--proc", `${folder}/none`]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("cannot be read") });
  });
});

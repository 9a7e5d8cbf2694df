import { describe, expect, test } from "bun:test";
import { Machine, type MachineOptions } from "../kernel/harness/machine.ts";
import { ask, askChild } from "./ask.ts";

/** Every file of the volume with kind, mode, size, links, inode and times, less the probe's times. */
const everything = (machine: Machine): Promise<string> =>
  machine.sh(
    `cd "$1"; find . -name lost+found -prune -o -printf '%p %y %m %s %n %i %T@ %C@\\n' |
      sed -E '\\#/probe #s/ [0-9.]+ [0-9.]+$//' | LC_ALL=C sort`,
    { args: [machine.source] },
  );

describe.each<[string, MachineOptions]>([
  ["tmpfs", { volume: "tmpfs" }],
  ["ext4", { volume: "ext4" }],
])("in a volume of %s", (_, options) => {
  test("the first look leaves the marks, each with its content, and nothing else", async () => {
    using machine = await Machine.start(options);
    const { volume } = await askChild(machine);
    const { uuid } = volume.identity;
    expect(volume).toMatchObject({ problem: null, remark: null, isNew: true });
    const identity = `${JSON.stringify({ uuid, instance: "mooring", mount: "dumps" })}\n`;
    const found = await machine.sh(
      `cd "$1"; find . -mindepth 1 -name lost+found -prune -o -type d -printf '%p %y %m\\n' -o -printf '%p %y %m %s\\n' | LC_ALL=C sort`,
      { args: [machine.source] },
    );
    expect(found.split("\n").filter((line) => !line.startsWith(". "))).toEqual([
      "./.mooring d 755",
      "./.mooring/nodes d 755",
      "./.mooring/nodes/node-a d 700",
      "./.mooring/nodes/node-a/probe f 600 64",
      `./.mooring/volume.json f 644 ${identity.length}`,
      "./.ready f 444 37",
    ]);
    expect(`${await machine.read(`${machine.source}/.mooring/volume.json`)}\n`).toBe(identity);
    expect(await machine.read(`${machine.source}/.ready`)).toBe(uuid ?? "");
  });

  test("the next looks change nothing but the probe's bytes, however many there are", async () => {
    using machine = await Machine.start(options);
    const { uuid } = (await ask(machine)).volume.identity;
    const before = await everything(machine);
    const probe = () => machine.sh(`sha256sum "$1/.mooring/nodes/node-a/probe"`, { args: [machine.source] });
    const seen = new Set([await probe()]);
    for (let round = 0; round < 5; round += 1) {
      const { volume } = await (round === 0 ? askChild(machine) : ask(machine, {}, machine, 50));
      expect(volume).toMatchObject({ problem: null, remark: null, isNew: false, identity: { uuid } });
      seen.add(await probe());
    }
    expect(await everything(machine)).toBe(before);
    expect(seen.size).toBe(6);
  });

  test("the space is what statfs(2) says", async () => {
    using machine = await Machine.start(options);
    const { volume } = await ask(machine);
    const [unit = 0, size = 0, avail = 0, files = 0, filesFree = 0] = (
      await machine.sh(`stat -f -c '%S %b %a %c %d' "$1"`, { args: [machine.source] })
    )
      .split(" ")
      .map(Number);
    expect(volume.space).toMatchObject({ sizeBytes: unit * size, files });
    // The marks came after.
    expect((volume.space?.availBytes ?? 0) - unit * avail).toBeLessThan(64 * 1024);
    expect((volume.space?.filesFree ?? 0) - filesFree).toBeLessThan(10);
  });

  test("the mode of its root is set when the configuration says so", async () => {
    using machine = await Machine.start(options);
    await ask(machine);
    const mode = () => machine.sh(`stat -c %a "$1"`, { args: [machine.source] });
    expect(await mode()).toBe("755");
    await ask(machine, { mount: { mode: 0o1777 } });
    expect(await mode()).toBe("1777");
    const changed = () => machine.sh(`stat -c %Z "$1"`, { args: [machine.source] });
    const before = await changed();
    await ask(machine, { mount: { mode: 0o1777 } });
    expect([await mode(), await changed()]).toEqual(["1777", before]);
  });
});

describe("marks that were lost or spoilt", () => {
  test(".ready comes back, with the same UUID", async () => {
    using machine = await Machine.start();
    const { uuid } = (await ask(machine)).volume.identity;
    for (const spoil of [
      `rm "$1/.ready"`,
      `echo x > "$1/.ready"`,
      `: > "$1/.ready"`,
      `mv "$1/.ready" "$1/.ready.old"`,
    ]) {
      await machine.sh(spoil, { args: [machine.source] });
      expect((await ask(machine)).volume).toMatchObject({ problem: null, remark: null, isNew: false });
      expect(await machine.read(`${machine.source}/.ready`)).toBe(uuid ?? "");
    }
  });

  test("without its identity a volume is a new one", async () => {
    using machine = await Machine.start();
    const { uuid } = (await ask(machine)).volume.identity;
    await machine.sh(`rm "$1/.mooring/volume.json"`, { args: [machine.source] });
    const { volume } = await ask(machine);
    expect(volume).toMatchObject({ problem: null, remark: null, isNew: true });
    expect(volume.identity.uuid).not.toBe(uuid);
    expect(await machine.read(`${machine.source}/.ready`)).toBe(volume.identity.uuid ?? "");
  });

  test("an identity with a second name, as a killed agent or a copy by hard links leaves it, still counts", async () => {
    using machine = await Machine.start();
    const { uuid } = (await ask(machine)).volume.identity;
    await machine.sh(`ln "$1/.mooring/volume.json" "$1/.mooring/volume.json.node-b"; ln "$1/.ready" "$1/copy"`, {
      args: [machine.source],
    });
    expect((await ask(machine)).volume).toMatchObject({
      problem: null,
      remark: null,
      isNew: false,
      identity: { uuid },
    });
  });

  test("the volume of another configured mount is told, and not written to", async () => {
    using machine = await Machine.start();
    await ask(machine, { mount: { name: "cores" } });
    const before = await everything(machine);
    const { volume } = await ask(machine, { otherMounts: ["cores", "heaps"] });
    expect(volume.problem).toMatchObject({ reason: "VolumeSwapped", message: expect.stringContaining("cores") });
    expect(await everything(machine)).toBe(before);
    // A mount that no configuration names any more was renamed.
    expect((await ask(machine, { otherMounts: ["heaps"] })).volume.problem).toBeNull();
  });
});

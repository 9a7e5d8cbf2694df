import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { messageOf } from "../harness/until.ts";
import { directoryIn } from "./directory-in.ts";

describe("the first attach", () => {
  test.each(["tmpfs", "ext4"] as const)(
    "of a %s volume: one mount, with its flags, verified and ready",
    async (volume) => {
      using machine = await Machine.start({ volume });
      const consumer = await machine.peer("slave");
      const agent = await Agent.start(machine);
      const mount = await agent.until("Healthy");
      expect(mount).toMatchObject({ attached: true, verified: true, stackDepth: 1, condition: { reason: "Verified" } });
      expect(mount.identity).toMatchObject({ fsType: volume, root: "/" });
      expect(mount.bareDirectory).toEqual({ locked: true, immutable: true, shadowed: 0 });
      for (const place of [machine, consumer]) {
        const [found, ...more] = place.mountsAt(machine.target);
        expect(more).toEqual([]);
        expect(found?.options).toEqual(expect.arrayContaining(["rw", "nosuid", "nodev"]));
        expect(found?.fsType).toBe(volume);
      }
      expect((await agent.get("/readyz")).code).toBe(200);
      const events = agent.program.log.map(({ event }) => event);
      expect(events.filter((event) => event === "attached")).toHaveLength(1);
    },
  );

  test("leaves .ready in the volume, with its UUID", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    const { identity } = await agent.until("Healthy");
    expect(await machine.read(join(machine.target, ".ready"))).toBe(identity?.uuid ?? "none");
    expect(JSON.parse(await machine.read(join(machine.source, ".mooring/volume.json")))).toMatchObject({
      uuid: identity?.uuid,
      mount: "dumps",
    });
  });

  test("locks the bare directory under it and records whose it is", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    const { identity } = await agent.until("Healthy");
    const below = await machine.below();
    const { record, ...bare } = directoryIn(below, machine.target);
    expect(bare).toEqual({ mode: 0, immutable: true });
    expect(JSON.parse(record ?? "null")).toMatchObject({
      instance: "mooring",
      uuid: identity?.uuid,
      mounted: [{ fsType: "tmpfs", source: "scratch", root: "/" }],
    });
    expect(await messageOf(below.sh(`mkdir "$1"/app`, { args: [machine.target] }))).toContain("not permitted");
    expect(await messageOf(below.sh(`rmdir "$1"`, { args: [machine.target] }))).toContain("not permitted");
  });

  test("takes the options that are configured", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine, { mount: { options: ["ro", "noexec", "noatime"] } });
    const { options } = await agent.until("Healthy");
    expect(options).toEqual(expect.arrayContaining(["ro", "noexec", "noatime"]));
    const seen = machine.mountsAt(machine.target)[0]?.options;
    expect(seen).toEqual(expect.arrayContaining(["ro", "noexec", "noatime"]));
    expect(seen).not.toContain("nosuid");
  });

  test("of several mounts, each with its own volume, and a directory below a volume as a source", async () => {
    using machine = await Machine.start();
    const second = join(machine.root, "volumes/second");
    const third = join(machine.root, "volumes/third");
    await machine.sh(`mkdir -p "$1" "$2" "$3"/deep/app; mount -t tmpfs second "$1"; mount -t tmpfs third "$2"`, {
      args: [second, third, machine.source],
    });
    const at = (name: string) => join(machine.parent, name);
    const agent = await Agent.start(machine, {
      config: {
        mounts: [
          { name: "first", source: join(machine.source, "deep/app"), target: at("first") },
          { name: "second", source: second, target: at("second") },
          { name: "third", source: third, target: join(machine.node, "srv/made/on/the/way") },
        ],
      },
    });
    for (const name of ["first", "second", "third"]) await agent.until("Healthy", name);
    expect(machine.mountsAt(at("first")).map(({ root }) => root)).toEqual(["/deep/app"]);
    expect(machine.mountsAt(at("second")).map(({ source }) => source)).toEqual(["second"]);
    expect(await machine.sh(`stat -c %a "$1"`, { args: [join(machine.node, "srv/made")] })).toBe("755");
    expect(await agent.metric(`mooring_mount_state{mount="third",state="Healthy"}`)).toBe(1);
  });

  test.each([
    ["spaces", "heap dumps of  today "],
    ["line ends", "a\nb\tc"],
    ["a backslash and quotes", `\\040 "it's" \\n`],
    ["other scripts", "Dümpe-дампы-ダンプ-🗑"],
    ["255 bytes", "n".repeat(255)],
  ])("of paths with %s", async (_, odd) => {
    using machine = await Machine.start({ volume: "none" });
    const source = join(machine.root, odd);
    const target = join(machine.parent, odd);
    await machine.sh(`mkdir "$1"; mount -t tmpfs odd "$1"`, { args: [source] });
    const agent = await Agent.start(machine, { mount: { source, target } });
    await agent.until("Healthy");
    expect(machine.mountsAt(target)).toHaveLength(1);
    await machine.sh(`umount -l "$1"`, { args: [target] });
    await agent.event("attached", 2);
    expect((await agent.until("Healthy")).target).toBe(target);
    expect(await agent.end()).toBe(0);
  });
});

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Agent, type AgentOptions, mooring } from "../harness/agent.ts";
import { Machine } from "../harness/machine.ts";
import { messageOf } from "../harness/until.ts";

/** What an agent that was killed leaves behind. */
const abandoned = async (machine: Machine, options: AgentOptions = {}): Promise<string> => {
  const agent = await Agent.start(machine, options);
  await agent.until("Healthy");
  await agent.end("SIGKILL");
  expect(machine.mountsAt(machine.target)).toHaveLength(1);
  return agent.configPath;
};

const attributes = `stat -c %a "$1"; lsattr -d "$1" | cut -c5`;

describe("mooring release", () => {
  test("unmounts what a killed agent left, locks what is below, and says so; once more, there is nothing", async () => {
    using machine = await Machine.start();
    const config = await abandoned(machine);
    const { code, out, err } = await mooring(machine, ["release", "--config", config]);
    expect({ code, out, err }).toEqual({ code: 0, out: `${machine.target}: released`, err: "" });
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(await machine.sh(attributes, { args: [machine.target] })).toBe("0\ni");
    await machine.unmount(machine.source);
    const again = await mooring(machine, ["release", "--config", config]);
    expect(again).toEqual({ code: 0, out: `${machine.target}: nothing of ours was mounted`, err: "" });
  });

  test("while an agent holds it: names that and changes nothing", async () => {
    using machine = await Machine.start();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    const { code, out, err } = await mooring(machine, ["release", "--purge", "--config", agent.configPath]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`(pid ${agent.program.pid})`);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
    await agent.probed(1);
    await agent.until("Healthy");
    expect(agent.events("attached")).toHaveLength(1);
  });

  test("--purge removes the bare directory as well", async () => {
    using machine = await Machine.start();
    const config = await abandoned(machine);
    const { code, out } = await mooring(machine, ["release", "--purge", "--config", config]);
    expect({ code, out }).toEqual({ code: 0, out: `${machine.target}: released, bare directory removed` });
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.parent] })).toBe("");
    const again = await mooring(machine, ["release", "--purge", "--config", config]);
    expect(again.code).toBe(0);
    expect(await machine.sh(`ls -A "$1"`, { args: [machine.parent] })).toBe("");
  });

  test("--purge leaves a bare directory with files in it, locked", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$1"; echo dump > "$1"/kept`, { args: [machine.target] });
    const agent = await Agent.start(machine, { config: { rescue: "report" } });
    await agent.until("Degraded/ShadowedFiles");
    await agent.end("SIGKILL");
    const { code, err } = await mooring(machine, ["release", "--purge", "--config", agent.configPath]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("not empty") });
    expect(machine.mountsAt(machine.target)).toEqual([]);
    expect(await machine.read(join(machine.target, "kept"))).toBe("dump");
    expect(await machine.sh(attributes, { args: [machine.target] })).toBe("0\ni");
  });

  test("leaves the mount of somebody else on top of ours, and what is below it, and says so", async () => {
    using machine = await Machine.start();
    const config = await abandoned(machine);
    await machine.sh(`mount -t tmpfs foreign "$1"; echo theirs > "$1"/file`, { args: [machine.target] });
    const before = machine.mountsAt(machine.target);
    const { code, err } = await mooring(machine, ["release", "--purge", "--config", config]);
    expect(code).toBe(1);
    expect(err).toContain("tmpfs from foreign lies on");
    expect(err).toContain("unmount it");
    expect(machine.mountsAt(machine.target)).toEqual(before);
    expect(await machine.read(join(machine.target, "file"))).toBe("theirs");
    await machine.sh(`umount "$1"`, { args: [machine.target] });
    expect((await mooring(machine, ["release", "--config", config])).code).toBe(0);
    expect(machine.mountsAt(machine.target)).toEqual([]);
  });

  test("leaves a mount that another one lies inside of, and says so", async () => {
    using machine = await Machine.start();
    const config = await abandoned(machine);
    const inner = join(machine.target, "inner");
    await machine.sh(`mkdir "$1"; mount -t tmpfs inner "$1"`, { args: [inner] });
    const { code, err } = await mooring(machine, ["release", "--config", config]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("EBUSY (something is mounted inside it)") });
    expect([machine.mountsAt(machine.target).length, machine.mountsAt(inner).length]).toEqual([1, 1]);
  });

  test("releases a volume that is stacked on itself", async () => {
    using machine = await Machine.start();
    const config = await abandoned(machine);
    for (let round = 0; round < 3; round++)
      await machine.sh(`mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
    expect(await mooring(machine, ["release", "--config", config])).toMatchObject({ code: 0, err: "" });
    expect(machine.mountsAt(machine.target)).toEqual([]);
  });

  test("leaves the mount of somebody else where ours was", async () => {
    using machine = await Machine.start();
    const config = await abandoned(machine);
    await machine.sh(`umount -l "$1"; mount -t tmpfs foreign "$1"`, { args: [machine.target] });
    const { code, out, err } = await mooring(machine, ["release", "--config", config]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("tmpfs from foreign lies on");
    expect(out).toContain("nothing of ours");
    const purged = await mooring(machine, ["release", "--purge", "--config", config]);
    expect(purged).toMatchObject({ code: 1, err: expect.stringContaining("the bare directory stays") });
    expect(machine.mountsAt(machine.target).map(({ source }) => source)).toEqual(["foreign"]);
  });

  test("does not hang on a volume that does", async () => {
    using machine = await Machine.start({ volume: "none" });
    const volume = await machine.fuse();
    const agent = await Agent.start(machine);
    await agent.until("Healthy");
    await volume.silent();
    await agent.end("SIGKILL");
    const begin = performance.now();
    const { code } = await mooring(machine, ["release", "--config", agent.configPath]);
    expect({ code, mounts: machine.mountsAt(machine.target) }).toEqual({ code: 0, mounts: [] });
    expect(performance.now() - begin).toBeLessThan(2000);
    await volume.answer();
  });

  test("releases a mount whose source was deleted, and one whose claim is gone", async () => {
    using machine = await Machine.start();
    const source = join(machine.source, "app");
    await machine.sh(`mkdir "$1"`, { args: [source] });
    const config = await abandoned(machine, { mount: { source } });
    await machine.sh(`rm -rf "$1"; umount -l "$2"`, { args: [source, machine.source] });
    expect((await mooring(machine, ["release", "--config", config])).code).toBe(0);
    expect(machine.mountsAt(machine.target)).toEqual([]);
  });

  test("never touches a watched target", async () => {
    using machine = await Machine.start();
    await machine.sh(`mkdir "$2"; mount --bind "$1" "$2"`, { args: [machine.source, machine.target] });
    const { code } = await mooring(machine, ["release", "--purge"], { env: { MOUNT_PATHS: machine.target } });
    expect(code).toBe(0);
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });

  test("and the next agent attaches it again", async () => {
    using machine = await Machine.start();
    const config = await abandoned(machine);
    await mooring(machine, ["release", "--config", config]);
    expect(await messageOf(machine.sh(`echo lost > "$1"/file`, { args: [machine.target] }))).toContain("not permitted");
    const next = await Agent.start(machine);
    await next.until("Healthy");
    expect(machine.mountsAt(machine.target)).toHaveLength(1);
  });
});

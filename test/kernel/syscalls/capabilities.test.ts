import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Capabilities, describeFallbacks, detectCapabilities } from "../../../agent/kernel/capabilities.ts";
import { kernelRelease } from "../../../agent/kernel/release.ts";
import { denying, refusing } from "../harness/old-kernel.ts";
import { Program } from "../harness/program.ts";
import { said } from "./folder.ts";

const here = detectCapabilities();
const ENOSYS = 38;

/** What is detected when system calls of these numbers fail with these errnos. */
const detectedWith = async (denied: string): Promise<Capabilities> => {
  const module = join(import.meta.dir, "../../../agent/kernel/capabilities.ts");
  const script = `console.log(JSON.stringify((await import(${JSON.stringify(module)})).detectCapabilities()))`;
  const program = new Program(denying(denied, [process.execPath, "-e", script]));
  await program.exited;
  return JSON.parse(program.said()) as Capabilities;
};

describe("the capabilities", () => {
  test("are those of this kernel's release, or more where a distribution backported", () => {
    expect(kernelRelease()).toBe(said(["uname", "-r"]));
    const [major = 0, minor = 0] = kernelRelease().split(".").map(Number);
    const since: Record<keyof Capabilities, number> = {
      mountSetattr: 5.012,
      beneath: 6.005,
      statmount: 6.008,
      statmountNames: 6.013,
    };
    for (const [name, release] of Object.entries(since)) {
      const has = here[name as keyof Capabilities];
      expect([name, has]).toEqual([name, has || major + minor / 1000 >= release]);
    }
  });

  test("of an older kernel are fewer", async () => {
    expect(await detectedWith(`442=${ENOSYS}`)).toEqual({ ...here, mountSetattr: false });
    const noStatmount = { ...here, statmount: false, statmountNames: false };
    expect(await detectedWith(`457=${ENOSYS},458=${ENOSYS}`)).toEqual(noStatmount);
    // Before 6.5 the flag is unknown, which move_mount answers with EINVAL.
    expect(await detectedWith("429=22")).toEqual({ ...here, beneath: false });
    const everything = await detectedWith(refusing(["mountSetattr", "beneath", "statmount", "statmountNames"]));
    expect(Object.values(everything)).toEqual([false, false, false, false]);
  });

  test("that are missing are told, each in a sentence that names the release", () => {
    expect(describeFallbacks({ mountSetattr: true, beneath: true, statmount: true, statmountNames: true })).toEqual([]);
    const none = describeFallbacks({ mountSetattr: false, beneath: false, statmount: false, statmountNames: false });
    expect(none).toHaveLength(4);
    for (const sentence of none) expect(sentence).toMatch(/Linux \d\.\d+/);
  });
});

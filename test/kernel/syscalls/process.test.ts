import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as OpenModule from "../../../agent/kernel/open.ts";
import { AT_FDCWD, close, NO_LINKS, O_DIRECTORY, O_PATH } from "../../../agent/kernel/open.ts";
import { takeDescriptor } from "../../../agent/kernel/process.ts";
import type * as StatxModule from "../../../agent/kernel/statx.ts";
import { statx } from "../../../agent/kernel/statx.ts";
import { Machine } from "../harness/machine.ts";
import { denying } from "../harness/old-kernel.ts";
import { Program } from "../harness/program.ts";
import { until } from "../harness/until.ts";
import { Inside } from "../linux/inside.ts";
import { failure } from "./folder.ts";

describe("a descriptor of another process", () => {
  let machine: Machine;
  let child: Inside;
  let theirs: number;

  beforeAll(async () => {
    machine = await Machine.start();
    child = await Inside.start(machine);
    const { openat2 } = child.module<typeof OpenModule>("kernel/open.ts");
    theirs = await openat2(AT_FDCWD, machine.source, O_PATH | O_DIRECTORY, NO_LINKS);
  });

  afterAll(() => machine[Symbol.dispose]());

  const isCloseOnExec = (fd: number): boolean =>
    (Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "", 8) &
      0o2000000) !==
    0;

  test("is taken from the living, O_PATH and from a namespace that we do not see", async () => {
    const mine = takeDescriptor(child.pid, theirs);
    const { statx: theirStatx } = child.module<typeof StatxModule>("kernel/statx.ts");
    expect(statx(mine, "")).toEqual(await theirStatx(theirs, ""));
    expect(isCloseOnExec(mine)).toBe(true);
    close(mine);
  });

  test("is not there: EBADF, and no process: ESRCH", async () => {
    expect(failure(() => takeDescriptor(child.pid, 9999))).toBe("EBADF");
    const gone = new Program(["true"]);
    await gone.exited;
    expect(failure(() => takeDescriptor(gone.pid, 0))).toBe("ESRCH");
  });

  test("outlives the process it was taken from", async () => {
    const mine = takeDescriptor(child.pid, theirs);
    await child.kill();
    expect(statx(mine, "").mountRoot).toBe(true);
    close(mine);
  });

  test("is taken through /proc where a policy refuses pidfd_getfd, as Docker's does", async () => {
    using holder = await Inside.start(machine);
    const { openat2 } = holder.module<typeof OpenModule>("kernel/open.ts");
    const fd = await openat2(AT_FDCWD, machine.source, O_PATH | O_DIRECTORY, NO_LINKS);
    const process_ = join(import.meta.dir, "../../../agent/kernel/process.ts");
    const statx_ = join(import.meta.dir, "../../../agent/kernel/statx.ts");
    const script = `const { takeDescriptor } = await import(${JSON.stringify(process_)});
      const { statx } = await import(${JSON.stringify(statx_)});
      console.log(statx(takeDescriptor(${holder.pid}, ${fd}), "").mountId.toString());`;
    const pidfdGetfd = 438;
    const program = new Program(denying(`${pidfdGetfd}=1`, [process.execPath, "-e", script]));
    await program.exited;
    expect(program.said()).toBe(String(statx(takeDescriptor(holder.pid, fd), "").mountId));
  });
});

test("a child that ends with its parent does, even if the parent is killed", async () => {
  const script = `
    const { endWithParent } = await import(${JSON.stringify(join(import.meta.dir, "../../../agent/kernel/process.ts"))});
    endWithParent(9);
    console.log(process.pid);
    setInterval(() => {}, 1000);`;
  const parent = new Program([
    process.execPath,
    "-e",
    `Bun.spawn([process.execPath, "-e", ${JSON.stringify(script)}], { stdout: "inherit" }); setInterval(() => {}, 1000)`,
  ]);
  const pid = await parent.line(() => true, { what: "the child's pid" });
  expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toContain(` ${parent.pid} `);
  parent.kill("SIGKILL");
  await parent.exited;
  const state = (): string => readFileSync(`/proc/${pid}/stat`, "utf8");
  await until(
    () => {
      try {
        return / Z /.test(state());
      } catch {
        return true;
      }
    },
    { what: "the child to be gone" },
  );
});

import { resolve } from "node:path";
import { formatDuration, parseDuration } from "../core/config/quantity.ts";
import { printable } from "../core/printable.ts";
import { sayDuration } from "../core/say.ts";
import { type Command, exitCode, UsageError } from "./command.ts";
import { self } from "./self.ts";
import { Lookout, type Outlook } from "./wait/lookout.ts";

const options = {
  timeout: { type: "string", value: "DURATION", help: "give up after this time, such as 30s, 5m or 1h\n(default 5m)" },
} as const;

export const wait: Command<typeof options> = {
  name: "wait",
  summary: "wait until volumes are mounted and ready (for init containers)",
  usage: ["[--timeout DURATION] PATH..."],
  description: `Exits with 0 once every PATH is a directory on a mounted volume that an agent has verified, and with 1 when that
has not come true in time, with the reason for each PATH on standard error. Reads only; needs no privileges.

PATH is the volume as this container sees it, or a directory inside it. The proof is the file .ready at the root of the
mount that PATH is on: the agent writes it into the volume once, and it cannot be seen while the volume is away. So the
init container has to see the root of the volume:

  hostPath volume of the init container             PATH
  the parent, with mountPropagation HostToContainer MOUNTPATH/NAME   (best: sees the volume come and come back)
  the mount point, with HostToContainer             MOUNTPATH
  a directory inside the volume                     cannot be proven: mount the parent for the init container

With the mount point and mountPropagation None (the default), a container that starts before the volume is mounted
never sees it, however long it waits. A volume that was read-only from its first day has no .ready.

It looks in a process for each PATH, since looking at a volume that hangs would hang.`,
  options,
  operands: { name: "PATH", atLeast: 1 },
  run: async ({ values, operands }, { out, err }) => {
    const timeoutMs = timeoutOf(values.timeout ?? "5m");
    const paths = pathsOf(operands);
    const { promise: ready, resolve: becomeReady } = Promise.withResolvers<"ready">();
    const lookouts: Lookout[] = paths.map(
      (path) =>
        new Lookout(path, self(), () => {
          if (lookouts.every(({ outlook }) => outlook.kind === "ready")) becomeReady("ready");
        }),
    );
    for (const lookout of lookouts) void lookout.watch();
    const progress = setInterval(tellChanges(lookouts, err), progressMs);
    const outcome = await Promise.race([ready, Bun.sleep(timeoutMs)]);
    clearInterval(progress);
    const outlooks = lookouts.map((lookout) => `${printable(lookout.path)}: ${say(lookout.outlook)}\n`);
    for (const lookout of lookouts) lookout.stop();
    if (outcome === "ready") {
      await out(outlooks.join(""));
      return exitCode.ok;
    }
    const reasons = outlooks.map((line) => `  ${line}`).join("");
    await err(`mooring wait: not ready within ${formatDuration(timeoutMs)}\n${reasons}`);
    return exitCode.failed;
  },
};

const progressMs = 1000;

/** What a path waits for, each time that changes: the log of an init container should say it before the timeout. */
const tellChanges = (lookouts: readonly Lookout[], tell: (text: string) => Promise<void>): (() => void) => {
  const told = new Map<string, string>();
  return () => {
    for (const { path, outlook } of lookouts) {
      const news = outlook.kind === "stuck" ? outlook.kind : say(outlook);
      if (told.get(path) === news) continue;
      told.set(path, news);
      void tell(`${printable(path)}: ${say(outlook)}\n`);
    }
  };
};

const say = (outlook: Outlook): string => {
  switch (outlook.kind) {
    case "ready":
      return `ready, volume ${outlook.uuid}`;
    case "notReady":
      return outlook.why;
    case "stuck":
      return `looking at it has not returned for ${sayDuration(outlook.forMs)}: the file system behind it does not answer`;
  }
};

const shortest = 1000;
const longest = 24 * 3_600_000;

const timeoutOf = (given: string): number => {
  const ms = parseDuration(given);
  if (ms !== null && ms >= shortest && ms <= longest) return ms;
  throw new UsageError(
    `--timeout is '${printable(given, 80)}'; want a duration from 1s to 24h, such as 30s, 5m or 1h30m`,
  );
};

/** One process each: more than this is a mistake, such as a glob. */
const mostPaths = 32;

const pathsOf = (operands: readonly string[]): string[] => {
  const paths = [...new Set(operands.map((path) => resolve(path)))];
  if (operands.includes("")) throw new UsageError("PATH is empty; is a variable unset?");
  if (paths.length > mostPaths)
    throw new UsageError(`${paths.length} paths are given; at most ${mostPaths} can be waited for`);
  return paths;
};

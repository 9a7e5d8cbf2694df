import { type Command, exitCode } from "./command.ts";
import { defaultConfigPath, loadOrComplain } from "./config-file.ts";
import { self } from "./self.ts";

const options = {
  config: { type: "string", short: "c", value: "FILE", help: `read this file\n(default ${defaultConfigPath})` },
} as const;

export const run: Command<typeof options> = {
  name: "run",
  summary: "hold the mounts, serve HTTP, report to Kubernetes when in a cluster",
  usage: ["[--config FILE]"],
  description: `Attaches every configured source to its target, watches the mounts, and puts back at once what is lost. Mounts that
an earlier run left behind are adopted, not made anew; when it ends they stay, unless the configuration says
exit: release. Needs CAP_SYS_ADMIN. Logs to standard output, one JSON object a line.

Signals:
  SIGTERM, SIGINT    end within 2 s, or in a pod that is removed once its consumers have ended, 10 s before the grace
                     period is over at the latest; a second one ends it at once
  SIGHUP             load the configuration again, which a changed file does by itself too; one from standard input or
                     from the environment alone stays, and that is said`,
  options,
  operands: "none",
  run: async ({ values }, context) => {
    const loaded = await loadOrComplain(values.config, context);
    if (!loaded) return exitCode.usage;
    // What it makes, on the node and in volumes, is for others too, whatever a service manager hands down (UMask=0077).
    process.umask(0o022);
    const { MooringAgent } = await import("./run/agent.ts");
    // Standard input is read but once.
    const configFile = values.config === "-" ? null : loaded.path;
    const { config, path } = loaded;
    const { environment } = context;
    const agent = new MooringAgent({ config, configPath: path, configFile, environment, self: self() });
    endOnSignals((signal, allow) => void agent.stop(signal, allow));
    process.on("SIGHUP", () => void agent.reload("asked"));
    return agent.run();
  },
};

/** The first asks politely, with a limit that `stop` may move; the second ends the process at once, whatever hangs. */
function endOnSignals(stop: (signal: string, allow: (ms: number) => void) => void): void {
  let asked = false;
  for (const [signal, number] of [
    ["SIGTERM", 15],
    ["SIGINT", 2],
  ] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (asked) process.exit(128 + number);
      asked = true;
      const giveUp = (): never => process.exit(exitCode.failed);
      let limit = setTimeout(giveUp, END_WITHIN_MS);
      stop(signal, (ms) => {
        clearTimeout(limit);
        limit = setTimeout(giveUp, ms);
      });
    });
  }
}

const END_WITHIN_MS = 1900;

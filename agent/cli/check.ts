import { printConfig } from "../core/config/print.ts";
import { type Command, exitCode } from "./command.ts";
import { defaultConfigPath, loadOrComplain } from "./config-file.ts";

const options = {
  config: {
    type: "string",
    short: "c",
    value: "FILE",
    help: `read this file; - is standard input\n(default ${defaultConfigPath})`,
  },
} as const;

export const check: Command<typeof options> = {
  name: "check",
  summary: "validate the configuration and print what it comes to",
  usage: ["[--config FILE]"],
  description: `Reads the configuration file and the environment, which wins, and prints the configuration they come to:
with every default filled in, as YAML that says the same in a file of its own. Touches no mount.

When something is wrong, prints every problem as 'path: what is wrong; what is allowed' and exits with 2.

Environment:
  MOUNT_PATHS        [source:]target,… instead of the file's mounts; with it, no file is needed
  MONITOR_INTERVAL   seconds between two looks at a volume
  RECOVERY_TIMEOUT   seconds of failed attempts after which a mount is reported as not recovered
  LOG_LEVEL          trace, debug, info, warn, error, fatal or silent, in any case
  HTTP_PORT          port of the HTTP server
  NAMESPACE, NODE_NAME, POD_NAME
                     where the agent runs, from the downward API`,
  options,
  operands: "none",
  run: async ({ values }, context) => {
    const loaded = await loadOrComplain(values.config, context);
    if (!loaded) return exitCode.usage;
    await context.out(printConfig(loaded.config));
    return exitCode.ok;
  },
};

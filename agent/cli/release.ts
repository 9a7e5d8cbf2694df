import { hostname } from "node:os";
import { printable } from "../core/printable.ts";
import { type Command, exitCode } from "./command.ts";
import { defaultConfigPath, loadOrComplain } from "./config-file.ts";

const options = {
  config: { type: "string", short: "c", value: "FILE", help: `read this file\n(default ${defaultConfigPath})` },
  purge: { type: "boolean", help: "remove the bare directories as well, those that are empty" },
} as const;

export const release: Command<typeof options> = {
  name: "release",
  summary: "unmount what the configuration names, leave locked bare directories",
  usage: ["[--config FILE] [--purge]"],
  description: `Detaches every mount of ours that the configuration names and leaves its bare directory locked (mode 0000, immutable).
What an agent mounted is known from the record in the bare directory, so no volume is touched and none can hang this.
Mounts of others stay. While an agent holds a target, names it and exits with 1.`,
  options,
  operands: "none",
  run: async ({ values }, context) => {
    const loaded = await loadOrComplain(values.config, context);
    if (!loaded) return exitCode.usage;
    const { out, err } = context;
    const { releaseAll } = await import("../keeper/release.ts");
    const holder = `mooring release on ${hostname()} (pid ${process.pid})`;
    const { instance } = loaded.config.kubernetes;
    const results = releaseAll(loaded.config, { instance, holder }, values.purge ?? false);
    for (const { target, ok, message } of results) await (ok ? out : err)(`${printable(`${target}: ${message}`)}\n`);
    return results.every(({ ok }) => ok) ? exitCode.ok : exitCode.failed;
  },
};

import { runSyncChild } from "../volume/child/sync.ts";
import type { Command } from "./command.ts";

export const volumeSync: Command = {
  name: "volume-sync",
  summary: "write out what one volume has in memory",
  usage: ["TARGET"],
  description: "Started by the agent before it lets go of a mount, as this may take for ever.",
  options: {},
  operands: { name: "TARGET", atLeast: 1 },
  run: ({ operands: [target = ""] }) => Promise.resolve(runSyncChild(target)),
};

import { version as built } from "../core/build.ts";
import type { Command } from "./command.ts";

export const version: Command = {
  name: "version",
  summary: "print the version",
  usage: [""],
  description: "Prints the version of this binary, one line.",
  options: {},
  operands: "none",
  async run(_, { out }) {
    await out(`${built}\n`);
    return 0;
  },
};

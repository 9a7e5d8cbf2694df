import type { Command } from "./command.ts";
import { keepLooking } from "./wait/keep-looking.ts";

export const waitLook: Command = {
  name: "wait-look",
  summary: "look at one path again and again",
  usage: ["PATH"],
  description: "Started by `mooring wait`, one for each path: prints what it sees as lines of JSON.",
  options: {},
  operands: { name: "PATH", atLeast: 1 },
  run: ({ operands: [path = ""] }) => {
    keepLooking(path);
    return Promise.resolve(0);
  },
};

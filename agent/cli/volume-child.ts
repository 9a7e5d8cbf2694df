import { runVolumeChild } from "../volume/child/main.ts";
import type { Command } from "./command.ts";

export const volumeChild: Command = {
  name: "volume-child",
  summary: "look at one volume and answer",
  usage: [""],
  description:
    "Started by the agent: reads one request from standard input, answers with one line, waits to be let go.",
  options: {},
  operands: "none",
  run: () => Promise.resolve(runVolumeChild()),
};

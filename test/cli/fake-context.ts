import type { Context } from "../../agent/cli/command.ts";

/** Keeps what a command prints. */
export const fakeContext = (
  environment: Record<string, string> = {},
): Context & { printed: string; complained: string } => {
  const context = {
    environment,
    printed: "",
    complained: "",
    out: async (text: string) => {
      context.printed += text;
    },
    err: async (text: string) => {
      context.complained += text;
    },
  };
  return context;
};

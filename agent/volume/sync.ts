import type { Self } from "./child-process.ts";

/**
 * Writes out what the volume mounted at `target` has in memory, in a child, as that may take for ever. Resolves to null
 * when it is done, else to why it is not; never rejects, and takes no longer than `withinMs`.
 */
export async function syncVolume(self: Self, target: string, withinMs: number): Promise<string | null> {
  let child: ReturnType<typeof start>;
  try {
    child = start(self, target);
  } catch (error) {
    return String(error);
  }
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), withinMs);
  const ended = await Promise.race([child.exited, late]);
  clearTimeout(timer);
  if (ended === 0) return null;
  if (ended !== "late") {
    const said = (await new Response(child.stderr).text()).slice(0, 500).trim();
    return said || `its child ended with ${ended}`;
  }
  child.kill("SIGKILL");
  child.unref();
  return "it does not answer";
}

const start = (self: Self, target: string) =>
  Bun.spawn([...self, "volume-sync", "--", target], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });

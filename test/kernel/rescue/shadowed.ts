import { type AgentOptions, testBuild } from "../harness/agent.ts";
import type { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";
import { until } from "../harness/until.ts";

/** Quick probes, so that shadowed files are soon noticed, that have time to answer on a busy machine. */
export const options: AgentOptions = {
  binary: testBuild,
  config: { monitor: { interval: "200ms", timeout: "180ms", failures: 100 } },
};

export const withFault = (fault: string): AgentOptions => ({ ...options, env: { MOORING_FAULT: fault } });

/** Does something in the bare directory, before anything is mounted over it. */
export const inBare = (machine: Machine, script: string): Promise<string> =>
  machine.sh(`umask 022; mkdir -p "$1"; cd "$1"; ${script}`, { args: [machine.target] });

/**
 * The same while the volume is mounted over it, by somebody who still sees it. The agent may seal it in between, or take
 * away what is half done: the script is told again until it goes through.
 */
export const inShadow = (below: Place, machine: Machine, script: string): Promise<true> =>
  until(
    async () => {
      await below.sh(`umask 022; chattr -i "$1"; cd "$1"; ${script}; chattr +i "$1"`, { args: [machine.target] });
      return true as const;
    },
    { what: script },
  );

/** Everything in the volume but the agent's own files: kind, path and content of each. */
export const volumeOf = (machine: Machine): Promise<string> =>
  machine.sh(
    `cd "$1"; find . -mindepth 1 \\( -path ./.mooring -o -path ./.ready \\) -prune -o -print | LC_ALL=C sort | ${contents}`,
    { args: [machine.source] },
  );

/** The files and links in a folder for what could not be put into its place. */
export const elsewhere = (machine: Machine, folder: string): Promise<string> =>
  machine.sh(`cd "$1"; find . ! -type d | LC_ALL=C sort | ${contents}`, { args: [`${machine.source}/${folder}`] });

const contents = `while read -r path; do
  if [ -L "$path" ]; then echo "$path -> $(readlink "$path")"
  elif [ -d "$path" ]; then echo "$path/"
  else echo "$path: $(head -c 100 "$path")"; fi
done`;

/** What is left below the mount, and the bare directory's mode and flag. */
export const bareOf = async (machine: Machine): Promise<string> => {
  const below = await machine.below();
  return below.sh(`find "$1" -mindepth 1; stat -c %a "$1"; lsattr -d "$1" | cut -c5`, { args: [machine.target] });
};

/** `bareOf` when nothing is left and nobody can add anything. */
export const lockedAndEmpty = "0\ni";

import { join } from "node:path";
import type { Machine } from "../harness/machine.ts";

/** What is at the target, below it and in the volume, in words: the same words for the same state. */
export const whatIsThere = async (
  machine: Machine,
  target: string,
  part: "target" | "volume" | "all" = "all",
): Promise<string> => {
  const found: string[] = [];
  if (part !== "volume") found.push(mountedAt(machine, target), await bareAt(machine, target));
  if (part !== "volume" && target !== machine.target)
    found.push(`at the old target ${mountedAt(machine, machine.target)}`);
  if (part !== "target") found.push(await marksOf(machine), ...(await dumpsOf(machine)));
  return found.join("; ");
};

const mountedAt = (machine: Machine, target: string): string => {
  const mounts = machine.mountsAt(target);
  const names = mounts.map(({ source, options }) => (options.includes("ro") ? `${source} (read-only)` : source));
  return names.length === 0 ? "nothing mounted" : `${names.toReversed().join(" over ")} mounted`;
};

const bareAt = async (machine: Machine, target: string): Promise<string> => {
  using below = await machine.peer("private");
  const found = await below.sh(
    `while mountpoint -q "$1"; do umount -l "$1"; done
     [ -d "$1" ] || { echo missing; exit; }
     stat -c %a "$1"; lsattr -d "$1" | cut -c5; "$2" "$3" "$1"`,
    { args: [target, process.execPath, join(import.meta.dir, "record.ts")] },
  );
  if (found === "missing") return "no bare directory";
  const [mode, flag, record] = found.split("\n");
  const locked = mode === "0" && flag === "i" ? "locked" : `unlocked (mode ${mode?.padStart(4, "0")})`;
  return `bare directory ${locked}${record === "record" ? "" : ", no record"}`;
};

/** What of our marks is there, and what should not be. */
const marksOf = async (machine: Machine): Promise<string> => {
  const found = await machine.sh(
    `cd "$1"; for name in .mooring/volume.json .mooring/nodes/*/probe .ready; do [ -s "$name" ] && echo "\${name##*/}"; done
     find .mooring/nodes -type f -name '*.*' 2>/dev/null | sed -E 's#.*/([a-z.]+)\\.[0-9]+\\.[0-9a-f-]{36}$#half of \\1#'
     for name in app-one app-two app-two/deep; do
       [ -d "$name" ] && stat -c '%n %u:%g %a' "$name"; done; :`,
    { args: [machine.source] },
  );
  return found === "" ? "no marks" : found.split("\n").join(", ");
};

/** Of files that somebody else wrote: where each is, and what it holds. */
const dumpsOf = async (machine: Machine): Promise<string[]> => {
  const kept = await machine.sh(
    `cd "$1"; find . \\( -path './.mooring/nodes/*/rescued/*' -o ! -path './.mooring*' \\) ! -name .ready ! -name 'consumer-*' \\
       \\( -type l -printf '%P -> %l\\n' -o -type f -printf '%P: ' -exec head -n 1 {} \\; \\) |
       sed -E 's#^.*/rescued/[^/]+/#rescued/#' | LC_ALL=C sort`,
    { args: [machine.source] },
  );
  const below = await filesBelow(machine);
  return [
    ...(kept === "" ? [] : [`in the volume ${kept.split("\n").join(", ")}`]),
    ...(below === "" ? [] : [`below ${below.split("\n").join(", ")}`]),
  ];
};

/** The files that lie hidden under the mount, aside where a rescue has put them. */
export const filesBelow = async (machine: Machine): Promise<string> => {
  using below = await machine.peer("private");
  return await below.sh(
    `while mountpoint -q "$1"; do umount -l "$1"; done
     cd "$1" 2>/dev/null || exit 0
     find . -mindepth 1 ! -type d -printf '%P\\n' | sed -E 's#^\\.mooring-aside-[^/]+/#aside/#' | LC_ALL=C sort`,
    { args: [machine.target] },
  );
};

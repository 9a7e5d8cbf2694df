import { join } from "node:path";
import type { Machine } from "../harness/machine.ts";
import type { Stage } from "./stage.ts";

/** Mounts another volume over the source; the earlier one stays where it can be looked through for what was written. */
export async function anotherVolume(stage: Stage, machine: Machine, name: string): Promise<string> {
  const earlier = join(machine.root, "earlier", name);
  await machine.sh(`mkdir -p "$2"; mount --bind "$1" "$2"; mount -t tmpfs "$3" "$1"`, {
    args: [machine.source, earlier, name],
  });
  stage.earlierVolume(machine, earlier);
  stage.expectMounts(machine, 2);
  return name;
}

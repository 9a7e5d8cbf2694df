import type { State } from "../condition.ts";
import type { Problem } from "../volume-report.ts";

/** What a volume is in that has this problem, whether it is attached already or not. */
export function stateOfProblem({ reason }: Problem): State {
  if (reason === "VolumeSwapped") return "Wrong";
  return reason === "FileSystemReadOnly" || reason === "MountReadOnly" ? "ReadOnly" : "Broken";
}

import type { Condition, Reason, State } from "../../../../agent/core/condition.ts";

export const condition = (state: State, reason: Reason): Condition => ({
  mount: "dumps",
  state,
  reason,
  message: "because",
  since: 0,
});
export const error = {
  op: "move_mount",
  path: "/t",
  code: "EPERM",
  message: "move_mount /t: EPERM (the agent needs CAP_SYS_ADMIN)",
};
export const mount = "dumps";

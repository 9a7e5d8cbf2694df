import type { NodeView } from "./node-view.ts";

/** A JSON patch of the node that removes the startup taint, and nothing if somebody changed the list meanwhile (422 then). */
export type TaintPatch = readonly [{ op: "test"; path: string; value: unknown }, { op: "remove"; path: string }];

/**
 * A strategic merge patch would replace the whole list, and with it a taint that somebody else has just added. `taint` is
 * `key[=value]:Effect`, as the configuration has it. Null when the node does not have it.
 */
export const patchToRemoveTaint = (view: NodeView, taint: string): TaintPatch | null => {
  const [name = "", effect] = taint.split(":");
  const [key, value] = name.split("=");
  const index = view.taints.findIndex(
    (each) => each.key === key && each.effect === effect && each.value === (value ?? ""),
  );
  if (index < 0) return null;
  const path = `/spec/taints/${index}`;
  return [
    { op: "test", path, value: view.taints[index]?.raw },
    { op: "remove", path },
  ];
};

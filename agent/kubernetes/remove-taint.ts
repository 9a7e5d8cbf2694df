import { type NodeView, readNode } from "../core/report/node-view.ts";
import { patchToRemoveTaint } from "../core/report/startup-taint.ts";
import { type Api, path, type Reply } from "./api.ts";
import type { Pacer } from "./pacer.ts";

export interface TaintRemoval {
  api: Api;
  pacer: Pacer;
  taint: string;
  conditionType: string;
}

const ATTEMPTS = 3;

/**
 * Removes the startup taint from a node, and no other taint with it. Resolves to the node as it is then; `null` for the reply
 * when there was nothing to remove.
 */
export const removeTaint = async (
  { api, pacer, taint, conditionType }: TaintRemoval,
  from: NodeView,
): Promise<{ view: NodeView | null; reply: Reply | null }> => {
  let view: NodeView | null = from;
  let reply: Reply | null = null;
  const node = path`/api/v1/nodes/${from.name}`;
  for (let attempt = 0; attempt < ATTEMPTS && view !== null; attempt++) {
    const body = patchToRemoveTaint(view, taint);
    if (body === null) return { view, reply: null };
    await pacer.turn();
    reply = await api.ask({ verb: "patch", path: node, patch: "json", body });
    if (reply.kind === "ok") return { view: readNode(reply.body, conditionType), reply };
    if (reply.kind !== "refused" || reply.status !== 422) break;
    // Somebody changed the list of taints meanwhile: look again.
    const again: Reply = await api.ask({ verb: "get", path: node });
    view = again.kind === "ok" ? readNode(again.body, conditionType) : null;
  }
  return { view, reply };
};

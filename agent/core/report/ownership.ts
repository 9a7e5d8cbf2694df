import { fieldsOf, textOf } from "../untrusted.ts";
import type { MarkKeys, Marks } from "./marks.ts";
import { annotationPrefix, type NodeView } from "./node-view.ts";

/** The agent that writes an annotation, as the annotation names it. */
export interface Author {
  /** `namespace/name` of its pod. */
  pod: string | null;
  /** That pod's UID. */
  uid: string | null;
}

/** Another instance that says label or condition are its own. */
export interface Holder extends Author {
  instance: string;
}

/** The annotation's text: who writes, whether label and condition are its own, and each mount. */
export const annotationText = (marks: Marks, author: Author, keys: MarkKeys, holds: boolean): string =>
  JSON.stringify({
    pod: author.pod,
    uid: author.uid,
    ...(holds ? { holds: [keys.label, keys.condition] } : {}),
    ...(marks.stopped ? { stopped: true } : {}),
    mounts: marks.mounts,
  });

/** Other agents whose annotation claims one of our two names, in the order of their instances; our own pod is no other one. */
export const otherHolders = (view: NodeView, keys: MarkKeys, author: Author): Holder[] =>
  Object.entries(view.annotations)
    .filter(([key]) => key !== keys.annotation)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, text]) => {
      const { holds, pod, uid } = parsed(text);
      const claims = Array.isArray(holds) && (holds.includes(keys.label) || holds.includes(keys.condition));
      const isOurs = author.uid !== null && uid === author.uid;
      return claims && !isOurs
        ? [{ instance: key.slice(annotationPrefix.length), pod: textOf(pod), uid: textOf(uid) }]
        : [];
    });

/** Whether the annotation that stands there claims the names for us. */
export const isClaimedByUs = (view: NodeView, keys: MarkKeys): boolean =>
  Array.isArray(parsed(view.annotations[keys.annotation] ?? "").holds);

/**
 * Who has the plain names: null is us. Whoever lives and claims them keeps them; of two that claimed them in the same moment,
 * the one whose name sorts first.
 */
export const holderOf = (
  view: NodeView,
  keys: MarkKeys,
  author: Author,
  isLive: (holder: Holder) => boolean,
): Holder | null => {
  const own = keys.annotation.slice(annotationPrefix.length);
  const claimed = isClaimedByUs(view, keys);
  return (
    otherHolders(view, keys, author).find((holder) => isLive(holder) && (!claimed || holder.instance < own)) ?? null
  );
};

const parsed = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
};

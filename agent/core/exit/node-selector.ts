import type { NodeView } from "../report/node-view.ts";
import { fieldsOf, itemsOf, textOf } from "../untrusted.ts";

/** One requirement of a node selector: k8s.io/api core/v1 NodeSelectorRequirement. */
export interface Requirement {
  of: "label" | "field";
  key: string;
  operator: string;
  values: readonly string[];
}

/** Any term is enough; within a term every requirement counts, and one without any matches nothing. */
export type NodeSelector = readonly (readonly Requirement[])[];

/** Reads a node selector; null when there is none, which matches every node. */
export const readNodeSelector = (raw: unknown): NodeSelector | null => {
  const { nodeSelectorTerms } = fieldsOf(raw);
  if (!Array.isArray(nodeSelectorTerms)) return null;
  return nodeSelectorTerms.map((term) => {
    const { matchExpressions, matchFields } = fieldsOf(term);
    return [...readRequirements(matchExpressions, "label"), ...readRequirements(matchFields, "field")];
  });
};

const readRequirements = (raw: unknown, of: Requirement["of"]): Requirement[] =>
  itemsOf(raw).map((each) => {
    const { key, operator, values } = fieldsOf(each);
    return {
      of,
      key: textOf(key) ?? "",
      operator: textOf(operator) ?? "",
      values: itemsOf(values).filter((value) => typeof value === "string"),
    };
  });

export const matches = (selector: NodeSelector, node: NodeView): boolean =>
  selector.some((term) => term.length > 0 && term.every((requirement) => isMet(requirement, node)));

/** k8s.io/component-helpers scheduling/corev1/nodeaffinity. The only field that it knows is the node's name. */
const isMet = ({ of, key, operator, values }: Requirement, node: NodeView): boolean => {
  const value = of === "label" ? node.labels[key] : key === "metadata.name" ? node.name : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      const [limit, ...more] = values;
      if (value === undefined || limit === undefined || more.length > 0) return false;
      if (!isInteger(value) || !isInteger(limit)) return false;
      return operator === "Gt" ? BigInt(value) > BigInt(limit) : BigInt(value) < BigInt(limit);
    }
    default:
      return false;
  }
};

const isInteger = (text: string): boolean => /^[+-]?\d{1,18}$/.test(text) && !text.startsWith("+");

/**
 * Whether only this one node can match: each term asks for its name or its hostname. A storage driver names nodes under a key of
 * its own, so any label counts whose value is that name.
 */
export const isPinnedTo = (selector: NodeSelector, node: NodeView): boolean => {
  const names = [node.name, node.labels[HOSTNAME]];
  const namesIt = ({ of, key, operator, values }: Requirement): boolean =>
    operator === "In" &&
    values.length === 1 &&
    names.includes(values[0]) &&
    (of === "field" ? key === "metadata.name" : node.labels[key] === values[0]);
  return selector.length > 0 && matches(selector, node) && selector.every((term) => term.some(namesIt));
};

export const HOSTNAME = "kubernetes.io/hostname";

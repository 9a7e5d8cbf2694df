import { type Reader, textThat } from "./reader.ts";

// The forms that the Kubernetes API wants: k8s.io/apimachinery pkg/util/validation and pkg/apis/meta/v1/validation.

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const qualified = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const isLabel = (text: string): boolean => text.length <= 63 && label.test(text);
const isSubdomain = (text: string): boolean => text.length <= 253 && text.split(".").every((part) => label.test(part));
const isName = (text: string): boolean => text.length <= 63 && qualified.test(text);

/** `name` or `prefix.example/name`. */
const isQualifiedName = (text: string): boolean => {
  const [first, second, ...more] = text.split("/");
  if (first === undefined || more.length > 0) return false;
  return second === undefined ? isName(first) : isSubdomain(first) && isName(second);
};

const unless =
  (accepts: (text: string) => boolean) =>
  (text: string): string | null =>
    accepts(text) ? null : "is not allowed";

/** The name of a mount or a namespace. */
export const dnsLabel: Reader<string> = textThat(
  "a DNS label: at most 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit",
  unless(isLabel),
);

/** The name of a node or a pod. */
export const dnsSubdomain: Reader<string> = textThat(
  "a DNS name: labels of a-z, 0-9 and '-', joined by '.', at most 253 characters",
  unless(isSubdomain),
);

/** Becomes the name part of annotation and label keys and a label's value. */
export const labelSafeName: Reader<string> = textThat(
  "at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', beginning and ending with a letter or digit",
  unless(isName),
);

export const labelKey: Reader<string> = textThat(
  "a label key: 'name' or 'prefix.example/name', the name at most 63 of A-Z, a-z, 0-9, '-', '_' and '.'",
  unless(isQualifiedName),
);

/** Written by the kubelet and the controllers of every cluster; an agent that took one of them would fight with those. */
const conditionsOfKubernetes = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

export const conditionType: Reader<string> = textThat(
  `a condition type such as VolumeMountsReady, 'prefix.example/' before it or not, and none of Kubernetes' own (${conditionsOfKubernetes.join(", ")})`,
  (text) => {
    if (conditionsOfKubernetes.includes(text)) return "belongs to Kubernetes";
    return isQualifiedName(text) ? null : "is not allowed";
  },
);

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** `key[=value]:Effect`, as kubectl taint writes it. */
export const taint: Reader<string> = textThat(
  `key:Effect or key=value:Effect, such as mooring.dev/not-ready:NoSchedule, with one of the effects ${effects.join(", ")}`,
  (text) => {
    const found = /^([^=:]*)(?:=([^=:]*))?:([^=:]*)$/.exec(text);
    if (found === null) return "is not a taint";
    const [, key = "", value = "", effect = ""] = found;
    if (!isQualifiedName(key)) return "has a key that is not allowed";
    if (value !== "" && !isName(value)) return "has a value that is not allowed";
    return effects.includes(effect) ? null : "has no effect that Kubernetes knows";
  },
);

import { expect, test } from "bun:test";
import type { Directory } from "../../agent/core/config/config.ts";
import { readPod } from "../../agent/core/report/pod.ts";
import { reachesOf } from "../../agent/core/report/reach.ts";
import type { Trace, TraceBody } from "../../agent/core/trace.ts";
import { Consumers } from "../../agent/kubernetes/consumers.ts";
import type { Consumer } from "../../agent/kubernetes/pod-watch.ts";
import { configFrom } from "../core/config/read.ts";

const { mounts } = configFrom(
  "mounts: [{name: dumps, source: /s, target: /h/m/dumps, hostPath: /var/m/dumps, directories: [{path: fixed, uid: 1}]}]",
);

const consumer = (
  name: string,
  { path = "/var/m", directory = "", propagation = "HostToContainer", startedAt = 0, user = 1000 } = {},
): Consumer => {
  const pod = readPod({
    metadata: { uid: `uid-of-${name}`, namespace: "apps", name, annotations: { "mooring.dev/directory": directory } },
    spec: {
      securityContext: { runAsUser: user },
      volumes: [{ name: "v", hostPath: { path } }],
      containers: [{ name: "app", volumeMounts: [{ name: "v", mountPath: "/d", mountPropagation: propagation }] }],
    },
    status: {
      containerStatuses: [{ name: "app", state: { running: { startedAt: new Date(startedAt).toISOString() } } }],
    },
  });
  if (pod === null) throw new Error("no pod");
  return { pod, reaches: reachesOf(pod, mounts) };
};

const made = (...first: Consumer[]) => {
  const watch: { consumers: readonly Consumer[] | null } = { consumers: first };
  const told: TraceBody[] = [];
  const asked: Directory[][] = [];
  const consumers = new Consumers({
    watch,
    mounts: () => mounts,
    onDirectories: (requested) => void asked.push([...(requested.get("dumps") ?? [])]),
    tell: (trace) => void told.push(trace),
  });
  consumers.look();
  return { watch, told, asked, consumers };
};

test("who uses a mount, by name", () => {
  const { watch, consumers } = made(consumer("two"), consumer("one"));
  expect(consumers.of("dumps")).toEqual(["apps/one", "apps/two"]);
  expect(consumers.of("other")).toEqual([]);
  expect(consumers.all()).toEqual(["apps/one", "apps/two"]);
  watch.consumers = null;
  expect(consumers.of("dumps")).toBeNull();
  expect(consumers.all()).toEqual([]);
});

test("what pods have mounted by itself, once they are known", () => {
  const { watch, consumers } = made(consumer("one", { path: "/var/m/dumps/log" }), consumer("two"));
  expect(consumers.apart("dumps")).toEqual({ roots: ["log"], points: [] });
  expect(consumers.apart("other")).toEqual({ roots: [], points: [] });
  watch.consumers = null;
  expect(consumers.apart("dumps")).toBeNull();
});

test("a warning is given once, and again to a pod of the same name that comes later", () => {
  const deaf = consumer("one", { propagation: "None" });
  const { watch, told, consumers } = made(deaf);
  consumers.look();
  consumers.look();
  expect(told).toMatchObject([{ kind: "consumerAtRisk", mount: "dumps", pod: "apps/one", risk: "CannotFollow" }]);
  watch.consumers = [];
  consumers.look();
  watch.consumers = [deaf];
  consumers.look();
  expect(told).toHaveLength(2);
});

const attached = (how: "attached" | "adopted" | "healed", at: number, outageMs: number): Trace => ({
  kind: "attached",
  mount: "dumps",
  how,
  durationMs: 0,
  outageMs,
  at,
  pass: 1,
});
const start = Date.UTC(2026, 4, 3);

test("who started while the mount was away is told about when it is back", () => {
  const { told, consumers } = made(consumer("one", { propagation: "None", startedAt: start }));
  consumers.hear(attached("healed", start + 60_000, 120_000));
  expect(told.map((trace) => "risk" in trace && trace.risk)).toEqual(["CannotFollow", "OnBareDirectory"]);
});

test("what was adopted says nothing about when it came, a first attach says that it never was there", () => {
  const given = () => made(consumer("one", { path: "/var/m/dumps/app", startedAt: start }));
  const adopted = given();
  adopted.consumers.hear(attached("adopted", start + 60_000, 0));
  expect(adopted.told).toEqual([]);
  const first = given();
  first.consumers.hear(attached("attached", start + 60_000, 0));
  expect(first.told).toMatchObject([{ risk: "OnBareDirectory" }]);
});

test("a thousand heals are not all remembered", () => {
  const { told, consumers } = made(consumer("one", { path: "/var/m/dumps/app", startedAt: start }));
  consumers.hear(attached("healed", start - 500_000, 10));
  for (let i = 0; i < 1000; i++) consumers.hear(attached("healed", start + 100_000 + i, 1));
  expect(told).toEqual([]);
});

test("directories are asked for when they change, and not when nothing does", () => {
  const { watch, asked, consumers } = made(consumer("one", { directory: "a" }));
  consumers.look();
  expect(asked).toEqual([[{ path: "a", uid: 1000, gid: null, mode: 0o770 }]]);
  watch.consumers = [];
  consumers.look();
  expect(asked.at(-1)).toEqual([]);
});

test("of two that ask for one directory the same one wins whatever order they came in", () => {
  const [one, two] = [consumer("one", { directory: "a", user: 1 }), consumer("two", { directory: "a", user: 2 })];
  expect(made(one, two).asked).toEqual(made(two, one).asked);
  expect(made(one, two).asked[0]).toHaveLength(1);
});

test("what the configuration names is the configuration's", () => {
  expect(made(consumer("one", { directory: "fixed" })).asked).toEqual([[]]);
});

test("more than a few hundred directories are not made for one mount", () => {
  const many = Array.from({ length: 400 }, (_, index) => consumer(`p${index}`, { directory: `d${index}` }));
  expect(made(...many).asked[0]).toHaveLength(256);
});

test("a refusal is told once", () => {
  const { told, consumers } = made(consumer("one", { directory: "../up" }));
  consumers.look();
  expect(told).toMatchObject([{ kind: "directoryRefused", pod: "apps/one" }]);
});

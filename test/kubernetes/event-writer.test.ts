import { expect, test } from "bun:test";
import type { Trace, TraceBody } from "../../agent/core/trace.ts";
import type { Subject } from "../../agent/kubernetes/event-series.ts";
import { EventWriter, type EventWriterOptions } from "../../agent/kubernetes/event-writer.ts";
import { Pacer } from "../../agent/kubernetes/pacer.ts";
import { type Scene, scene, toldOf, until } from "./scene.ts";

const node: Subject = { kind: "Node", name: "worker-1", uid: "uid-of-worker-1", namespace: "default" };
const pod: Subject = { kind: "Pod", name: "m-0", uid: "pod-uid", namespace: "storage" };
const at = Date.UTC(2026, 4, 3, 2, 1, 0, 7);
const say = (body: TraceBody, time = Date.now()): Trace => ({ ...body, at: time, pass: 1 }) as Trace;
const healed: TraceBody = { kind: "attached", mount: "dumps", how: "healed", durationMs: 0.1, outageMs: 2 };
const released: TraceBody = { kind: "released", mount: "dumps" };
const risk: TraceBody = { kind: "consumerAtRisk", mount: "dumps", pod: "a/b", risk: "CannotFollow", advice: "x" };

const writing = (change: Partial<EventWriterOptions> = {}, it: Scene = scene()) => {
  const writer = new EventWriter({
    api: it.api,
    pacer: new Pacer(10),
    difficulty: it.difficulty(),
    subjects: () => [node],
    isAway: () => false,
    onSilence: () => {},
    instance: "m-0",
    seriesGapMs: 50,
    ...change,
  });
  void writer.run();
  it.later(() => writer.end(1));
  return { it, writer };
};
const eventsOf = ({ cluster }: Scene) => [...cluster.events.values()] as never as Written[];
interface Written {
  metadata: { name: string; namespace: string };
  reason: string;
  regarding: Record<string, string>;
  series?: { count: number; lastObservedTime: string };
}

test("an Event is what the API wants, about the node and about the pod", async () => {
  const { it, writer } = writing({ subjects: () => [node, pod] });
  writer.hear(say(healed, at));
  await until(() => it.cluster.events.size === 2);
  const [first, second] = eventsOf(it);
  expect(first).toEqual({
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: first?.metadata.name, namespace: "default" },
    eventTime: "2026-05-03T02:01:00.007000Z",
    type: "Warning",
    reason: "MountHealed",
    action: "Heal",
    note: "dumps: healed in 100 µs; it was away for 2.0 ms",
    regarding: { apiVersion: "v1", kind: "Node", name: "worker-1", uid: "uid-of-worker-1" },
    reportingController: "mooring.dev/agent",
    reportingInstance: "m-0",
  } as never);
  expect(second?.regarding).toEqual({
    apiVersion: "v1",
    kind: "Pod",
    name: "m-0",
    uid: "pod-uid",
    namespace: "storage",
  });
  expect(it.cluster.writes.map(({ path }) => path)).toEqual([
    "/apis/events.k8s.io/v1/namespaces/default/events",
    "/apis/events.k8s.io/v1/namespaces/storage/events",
  ]);
  expect(first?.metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
});

test("what happens fifty times is one series with its count, in a few writes", async () => {
  const { it, writer } = writing();
  for (let i = 0; i < 50; i++) {
    writer.hear(say(healed));
    await Bun.sleep(2);
  }
  await until(() => eventsOf(it)[0]?.series?.count === 50);
  expect(it.cluster.events.size).toBe(1);
  expect(it.cluster.writes.length).toBeLessThan(10);
  const patch = it.cluster.writes.at(-1);
  expect([patch?.method, patch?.type]).toEqual(["PATCH", "application/merge-patch+json"]);
  expect(eventsOf(it)[0]?.series?.lastObservedTime).toMatch(/\.\d{6}Z$/);
});

test("what happened twice before it could be written is a series from the start", async () => {
  let about: Subject[] = [];
  const { it, writer } = writing({ subjects: () => about });
  writer.hear(say(healed));
  writer.hear(say(healed));
  about = [node];
  writer.hear(say(released));
  await until(() => it.cluster.events.size === 2);
  expect(eventsOf(it).map(({ reason, series }) => `${reason} ${series?.count ?? 1}`)).toEqual([
    "MountHealed 2",
    "MountReleased 1",
  ]);
});

test("six minutes later it is another Event", async () => {
  const { it, writer } = writing();
  writer.hear(say(healed, Date.now() - 7 * 60_000));
  writer.hear(say(healed));
  await until(() => it.cluster.events.size >= 1);
  writer.hear(say(released));
  await until(() => eventsOf(it).some(({ reason }) => reason === "MountReleased"));
  expect(
    eventsOf(it)
      .filter(({ reason }) => reason === "MountHealed")
      .every(({ series }) => series === undefined),
  ).toBeTrue();
});

test("an Event that has expired is written anew", async () => {
  const { it, writer } = writing();
  writer.hear(say(healed));
  await until(() => it.cluster.events.size === 1);
  it.cluster.events.clear();
  writer.hear(say(healed));
  await until(() => it.cluster.events.size === 1);
  expect(eventsOf(it)[0]?.series?.count).toBe(2);
});

test("a warning about a consumer is given once, by whichever life of the agent", async () => {
  const it = scene();
  writing({}, it).writer.hear(say(risk));
  await until(() => it.cluster.events.size === 1);
  const second = writing({}, it).writer;
  second.hear(say(risk));
  second.hear(say(released));
  await until(() => it.cluster.events.size === 2);
  expect(eventsOf(it).filter(({ reason }) => reason === "ConsumerCannotFollow")).toHaveLength(1);
  expect(toldOf(it, "kubernetesFailing")).toEqual([]);
});

test("while the API server is away nothing is kept for it", async () => {
  let away = true;
  const { it, writer } = writing({ isAway: () => away });
  writer.hear(say(healed));
  writer.hear(say(released));
  await Bun.sleep(0);
  away = false;
  writer.hear(say({ kind: "volumeNew", mount: "dumps", uuid: "u" }));
  await until(() => it.cluster.events.size > 0);
  expect(eventsOf(it).map(({ reason }) => reason)).toEqual(["VolumeNew"]);
});

test("silence is handed on, and the Event comes when it is over", async () => {
  let heard = 0;
  const it = scene();
  it.cluster.fault = () => ({ kind: "status", status: 503 });
  const { writer } = writing({ onSilence: () => void heard++ }, it);
  writer.hear(say(healed));
  await until(() => heard >= 2);
  it.cluster.fault = () => null;
  await until(() => it.cluster.events.size === 1);
});

test("a refusal is told once, and that Event given up", async () => {
  const it = scene();
  it.cluster.fault = () => ({ kind: "status", status: 403, message: "namespace is being terminated" });
  const { writer } = writing({}, it);
  writer.hear(say(healed));
  await until(() => toldOf(it, "kubernetesFailing").length === 1);
  it.cluster.fault = () => null;
  writer.hear(say(released));
  await until(() => it.cluster.events.size === 1);
  expect(eventsOf(it)[0]?.reason).toBe("MountReleased");
});

test("a flood is bounded", async () => {
  const { it, writer } = writing({ subjects: () => [] });
  for (let i = 0; i < 5000; i++) writer.hear(say({ kind: "volumeNew", mount: `m${i}`, uuid: "u" }));
  await writer.end(10);
  expect(it.cluster.events.size).toBe(0);
  const other = writing();
  for (let i = 0; i < 5000; i++) other.writer.hear(say({ kind: "volumeNew", mount: `m${i}`, uuid: "u" }));
  await other.writer.end(5000);
  expect(other.it.cluster.events.size).toBeLessThanOrEqual(201);
});

test("at the end what is left is written at once, and no longer than it may take", async () => {
  const { it, writer } = writing({ pacer: new Pacer(60_000), subjects: () => [node, pod] });
  writer.hear(say(healed));
  await until(() => it.cluster.events.size === 1);
  writer.hear(say(released));
  await writer.end(1000);
  expect(it.cluster.events.size).toBe(4);
  const hanging = writing();
  hanging.it.cluster.fault = () => ({ kind: "hang" });
  hanging.writer.hear(say(released));
  const startedAt = performance.now();
  await hanging.writer.end(50);
  expect(performance.now() - startedAt).toBeLessThan(400);
});

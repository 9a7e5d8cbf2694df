import { expect, test } from "bun:test";
import fc from "fast-check";
import { states } from "../../agent/core/condition.ts";
import type { TraceBody } from "../../agent/core/trace.ts";
import { type Metrics, makeMetrics } from "../../agent/http/metrics.ts";
import { absent, mountStatus, now, statusOf } from "./example-status.ts";
import { readExposition } from "./exposition.ts";

const metricsAfter = (...traces: TraceBody[]): Metrics => {
  const metrics = makeMetrics({ process: () => ({ residentBytes: 40e6, cpuSeconds: 1.25, openFds: 17 }) });
  for (const trace of traces) metrics.observe({ ...trace, at: now, pass: 1 });
  return metrics;
};
const samples = async (metrics: Metrics, status = statusOf([mountStatus("dumps")])) => {
  const families = readExposition(await metrics.render(status));
  return new Map([...families.values()].flatMap(({ samples }) => [...samples]));
};
const probed = (ok: boolean, durationMs = 3): TraceBody => ({
  kind: "probed",
  mount: "dumps",
  ok,
  durationMs,
  problem: ok ? null : "EIO",
});
const attached = (how: "attached" | "adopted" | "healed" | "replaced" | "uncovered", ms = 0): TraceBody => ({
  kind: "attached",
  mount: "dumps",
  how,
  durationMs: ms,
  outageMs: ms,
});
const failed = (action: string): TraceBody => ({
  kind: "actionFailed",
  mount: "dumps",
  action,
  error: { op: "move_mount", path: "/t", code: "EPERM", message: "move_mount /t: EPERM" },
  retryInMs: 50,
});

test("the whole text", async () => {
  const metrics = metricsAfter(
    attached("attached"),
    probed(true),
    probed(true, 12),
    probed(false, 5000),
    attached("healed", 0.096),
    failed("heal"),
    { kind: "tracesDropped", count: 3 },
  );
  const used = mountStatus("dumps", { consumers: ["apps/one", "apps/two"] });
  const text = await metrics.render(statusOf([used, absent("traces")]));
  expect(text).toBe(await Bun.file(new URL("metrics.golden.txt", import.meta.url)).text());
});

test("every series of a mount is there before anything happens, at 0", async () => {
  const found = await samples(metricsAfter(), statusOf([mountStatus("dumps", { space: null })]));
  const ofTheMount = [...found].filter(([key]) => key.includes('mount="dumps"'));
  const notZero = ofTheMount.filter(([, value]) => value !== 0).map(([key]) => key);
  expect(ofTheMount.length).toBeGreaterThan(40);
  expect(notZero).toEqual([
    'mooring_mount_state{mount="dumps",state="Healthy"}',
    'mooring_mount_stack_depth{mount="dumps"}',
  ]);
});

test("what is not known of the space has no series, since 0 would read as full", async () => {
  const found = await samples(metricsAfter(), statusOf([mountStatus("dumps", { space: null })]));
  expect([...found.keys()].filter((key) => key.startsWith("mooring_filesystem"))).toEqual([]);
});

test("a recovery is an attempt to put back what was there: healed, replaced, uncovered, attached again", async () => {
  const cases: [TraceBody[], attempts: number, successes: number][] = [
    [[attached("attached")], 0, 0],
    [[attached("adopted")], 0, 0],
    [[failed("attach"), attached("attached")], 0, 0],
    [[attached("adopted"), attached("healed", 1)], 1, 1],
    [[attached("replaced")], 1, 1],
    [[attached("uncovered", 1)], 1, 1],
    [[attached("attached"), failed("attach"), attached("attached", 2)], 2, 1],
    [[attached("attached"), failed("heal"), failed("replace"), failed("uncover"), failed("secure")], 3, 0],
  ];
  for (const [traces, attempts, successes] of cases) {
    const found = await samples(metricsAfter(...traces));
    expect(found.get('volume_mount_recoveries_total{mount="dumps"}')).toBe(attempts);
    expect(found.get('volume_mount_recovery_success_total{mount="dumps"}')).toBe(successes);
  }
});

test("requests to the API server are counted by verb and outcome", async () => {
  const request = (verb: string, outcome: string): TraceBody => ({
    kind: "kubernetesRequest",
    verb,
    outcome,
    durationMs: 4,
  });
  const found = await samples(metricsAfter(request("patch", "ok"), request("patch", "ok"), request("get", "timeout")));
  expect(found.get('mooring_kubernetes_requests_total{outcome="ok",verb="patch"}')).toBe(2);
  expect(found.get('mooring_kubernetes_requests_total{outcome="timeout",verb="get"}')).toBe(1);
});

test("how long a heal took is only told when its beginning was noticed", async () => {
  const found = await samples(metricsAfter(attached("replaced", 0), attached("healed", 0.04)));
  expect(found.get('mooring_heal_duration_seconds_count{mount="dumps"}')).toBe(1);
  expect(found.get('mooring_heal_duration_seconds_bucket{le="0.000025",mount="dumps"}')).toBe(0);
  expect(found.get('mooring_heal_duration_seconds_bucket{le="0.00005",mount="dumps"}')).toBe(1);
  expect(found.get('mooring_outage_seconds_total{mount="dumps"}')).toBeCloseTo(0.000_04);
});

test("the series of a mount that left the configuration end, and begin at 0 when it comes back", async () => {
  const metrics = metricsAfter(probed(true), attached("adopted"));
  const without = await samples(metrics, statusOf([mountStatus("other")]));
  expect([...without.keys()].filter((key) => key.includes("dumps"))).toEqual([]);
  metrics.observe({ ...failed("attach"), at: now, pass: 2 });
  const again = await samples(metrics);
  expect(again.get('volume_mount_checks_total{mount="dumps"}')).toBe(0);
  expect(again.get('volume_mount_recoveries_total{mount="dumps"}')).toBe(0);
});

test("whatever is told and however mounts are called, the text can be read and counters never fall", async () => {
  const name = fc.oneof(fc.constantFrom("dumps", "traces"), fc.string({ unit: "binary", maxLength: 20 }));
  const number = fc.oneof(fc.double({ noNaN: false }), fc.constantFrom(0, -1, 3));
  const trace = fc.oneof(
    fc.record({ kind: fc.constant("probed"), mount: name, ok: fc.boolean(), durationMs: number }),
    fc.record({
      kind: fc.constant("attached"),
      mount: name,
      how: fc.constantFrom("healed", "adopted", "replaced"),
      durationMs: number,
      outageMs: number,
    }),
    fc.record({ kind: fc.constant("actionFailed"), mount: name, action: fc.constantFrom("heal", "attach", "\n") }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(trace, { maxLength: 20 }),
      fc.uniqueArray(name, { maxLength: 4 }),
      async (traces, names) => {
        const metrics = metricsAfter();
        const status = statusOf(names.map((each) => mountStatus(each)));
        let before = await samples(metrics, status);
        for (const each of traces) {
          metrics.observe({ ...(each as unknown as TraceBody), at: now, pass: 1 });
          const after = await samples(metrics, status);
          expect([...after.keys()]).toEqual([...before.keys()]);
          for (const [key, value] of after) expect(value).toBeGreaterThanOrEqual(before.get(key) ?? Number.NaN);
          before = after;
        }
        const ofStates = [...before].filter(([key]) => key.startsWith("mooring_mount_state{"));
        expect(ofStates).toHaveLength(names.length * states.length);
        expect(ofStates.filter(([, value]) => value === 1)).toHaveLength(names.length);
      },
    ),
    { numRuns: 60 },
  );
});

import { expect, test } from "bun:test";
import type { Condition, Reason, State } from "../../../agent/core/condition.ts";
import { eventOf } from "../../../agent/core/report/event.ts";
import type { Trace, TraceBody } from "../../../agent/core/trace.ts";

const mount = "dumps";
const condition = (state: State, reason: Reason, message = "because"): Condition => ({
  mount,
  state,
  reason,
  message,
  since: 0,
});
const event = (body: TraceBody) => eventOf({ ...body, at: 0, pass: 1 } as Trace);
const healed = (outageMs: number): TraceBody => ({ kind: "attached", mount, how: "healed", durationMs: 0.1, outageMs });

const cases: [TraceBody, string][] = [
  [
    { kind: "conditionChanged", mount, from: condition("Healthy", "Verified"), to: condition("Hung", "ProbeTimeout") },
    "Warning ProbeTimeout Watch: dumps: Healthy → Hung/ProbeTimeout: because",
  ],
  [
    { kind: "conditionChanged", mount, from: condition("Hung", "ProbeTimeout"), to: condition("Healthy", "Verified") },
    "Normal Verified Watch: dumps: Hung → Healthy/Verified: because",
  ],
  [
    { kind: "attached", mount, how: "attached", durationMs: 0, outageMs: 0 },
    "Normal MountAttached Attach: dumps: attached",
  ],
  [
    { kind: "attached", mount, how: "adopted", durationMs: 0, outageMs: 0 },
    "Normal MountAdopted Attach: dumps: adopted the mount that was there, untouched",
  ],
  [healed(1500), "Warning MountHealed Heal: dumps: healed in 100 µs; it was away for 1.5 s"],
  [
    { kind: "orphanFound", target: "/t", instance: "mooring", holder: "a", ours: true },
    "Normal OrphanFound Release: /t: no configuration names this mount of a, which is gone; it is released once everything that is configured has been looked at",
  ],
  [
    { kind: "unstacked", mount, from: 2, to: 1 },
    "Warning MountsUnstacked Heal: dumps: 2 mounts of the same directory lay on the target; brought down to 1, nobody lost it",
  ],
  [
    { kind: "connectionAborted", mount, fsType: "fuse", connection: 321, waiting: 1 },
    "Warning ConnectionAborted Heal: dumps: aborted the fuse connection that does not answer, as onHang says; 1 request failed, and so does everything on it until it is mounted anew",
  ],
  [{ kind: "released", mount }, "Normal MountReleased Release: dumps: released; its target is a bare directory now"],
  [{ kind: "purged", mount, why: null }, "Normal BareDirectoryRemoved Release: dumps: removed the bare directory"],
  [
    { kind: "purged", mount, why: "files are in it" },
    "Warning BareDirectoryStays Release: dumps: the bare directory stays locked: files are in it",
  ],
  [
    { kind: "rescued", mount, files: 1, bytes: 1, elsewhere: 0, folder: null },
    "Normal FilesRescued Rescue: dumps: moved 1 file (1 B) that lay hidden under the mount into the volume",
  ],
  [
    { kind: "rescueLeft", mount, left: { busy: 1, noRoom: 0, special: 0, failed: 0 }, example: "log is being written" },
    "Warning FilesNotRescued Rescue: dumps: files stay hidden under the mount: 1 being written; for one, log is being written; tried again later",
  ],
  [
    { kind: "syncFailed", mount, why: "it does not answer" },
    "Warning SyncFailed Release: dumps: what was written last may not have reached the storage yet: it does not answer; it is released all the same, and the kernel goes on writing",
  ],
  [
    { kind: "releasedInUse", mount, pods: ["a/b"] },
    "Warning ReleasedInUse Release: dumps: released while 1 pod still used it, so the volume stays busy until they end: a/b",
  ],
  [
    { kind: "consumerAtRisk", mount, pod: "a/b", risk: "CannotFollow", advice: "do this" },
    "Warning ConsumerCannotFollow Watch: dumps: do this",
  ],
  [
    { kind: "directoryRefused", pod: "a/b", why: "it is absolute" },
    "Warning DirectoryRefused Verify: pod a/b asks for a directory that it does not get: it is absolute",
  ],
  [{ kind: "volumeNew", mount, uuid: "u" }, "Normal VolumeNew Verify: dumps: marked a volume that is new here as u"],
];

test.each(cases)("%j", (body, said) => {
  const { type, reason, action, note } = event(body) ?? {};
  expect(`${type} ${reason} ${action}: ${note}`).toBe(said);
});

const others: [TraceBody, string][] = [
  [{ kind: "attached", mount, how: "replaced", durationMs: 0, outageMs: 0 }, "MountReplaced"],
  [{ kind: "attached", mount, how: "uncovered", durationMs: 0, outageMs: 0 }, "MountUncovered"],
  [{ kind: "recoveryTimeout", mount, afterMs: 60_000 }, "RecoveryTimeout"],
  [{ kind: "optionsRestored", mount, was: ["ro"] }, "OptionsRestored"],
  [{ kind: "volumeChanged", mount, from: "u", to: "v" }, "VolumeChanged"],
  [{ kind: "configRejected", path: "/c", problems: ["a"] }, "ConfigurationRejected"],
  [{ kind: "keeperDied", error: "x" }, "KeeperDied"],
  [{ kind: "nodeMarksHeld", holder: "x", names: ["a", "b"] }, "NodeMarksHeld"],
];

test.each(others)("%j is an Event of its own reason", (body, reason) => {
  expect(event(body)?.reason).toBe(reason);
});

test.each([
  [{ kind: "probed", mount, ok: true, durationMs: 1, problem: null }],
  [{ kind: "kubernetesRequest", verb: "get", outcome: "ok", durationMs: 1 }],
  [{ kind: "nodeMarked", node: "n", label: "ready", reason: "MountsReady" }],
  [{ kind: "conditionChanged", mount, from: null, to: condition("Unknown", "NotYetVerified") }],
  [{ kind: "started", mounts: 1, kernel: "6", fallbacks: [] }],
  [{ kind: "stopping", signal: "SIGTERM", policy: "keep" }],
] satisfies [TraceBody][])("%j is for the log only", (body) => {
  expect(event(body)).toBeNull();
});

test("the same thing happening again is the same Event, however long it took", () => {
  expect(event(healed(1500))?.key).toBe(event(healed(3))?.key as string);
});

test("another mount, another reason, another pod is another Event", () => {
  const keys = [
    event(healed(1)),
    event({ kind: "attached", mount: "traces", how: "healed", durationMs: 0, outageMs: 1 }),
    event({ kind: "attached", mount, how: "replaced", durationMs: 0, outageMs: 1 }),
    event({ kind: "consumerAtRisk", mount, pod: "a/b", risk: "CannotFollow", advice: "x" }),
    event({ kind: "consumerAtRisk", mount, pod: "a/c", risk: "CannotFollow", advice: "x" }),
    event({ kind: "consumerAtRisk", mount, pod: "a/c", risk: "OnBareDirectory", advice: "x" }),
  ].map((each) => each?.key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("a note fits the API, in bytes", () => {
  const note = event({
    kind: "conditionChanged",
    mount,
    from: null,
    to: condition("Broken", "AttachFailed", "🧵".repeat(5000)),
  })?.note;
  expect(Buffer.byteLength(note ?? "")).toBeLessThanOrEqual(1024);
  expect(Buffer.byteLength(note ?? "")).toBeGreaterThan(800);
  expect(note?.isWellFormed()).toBeTrue();
});

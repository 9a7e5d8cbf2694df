import fc from "fast-check";
import type { MountOption } from "../../../agent/core/config/config.ts";
import { type Happening, happenings } from "./happen.ts";

/** What may happen to the agents. */
const toAgents = ["kill", "killAll", "start", "startSecond", "probe"] as const;

/** Calls that may be made to fail. */
export const calls = [
  ...[
    "openParent",
    "inspectParent",
    "look",
    "describe",
    "stack",
    "openBare",
    "bareAt",
    "inspectBare",
    "lockBare",
    "readRecord",
  ],
  ...["clearFlag", "chmod", "writeRecord", "setFlag", "take", "identify", "cloneSource", "cloneTop", "attach"],
  ...["attachBeneath", "detachTop", "changeOptions", "addOptions", "deviceOver", "abort", "isInPlace", "recordAbove"],
] as const;

export type Event =
  | { kind: Happening; target: number }
  | { kind: (typeof toAgents)[number] }
  | { kind: "configure"; mounts: Wish[] }
  | { kind: "race"; call: (typeof calls)[number]; skip: number; happening: Happening; target: number }
  | { kind: "fail"; call: (typeof calls)[number]; code: string; times: number; skip: number };

/**
 * What may happen while a keeper is in the middle of a pass: each of these wakes it for another one. Not right before
 * move_mount(2): that attaches on top of whatever has come, and no check can be any later.
 */
const racing: Happening[] = ["unmount", "mountForeign", "mountTwin", "mountRight", "remountReadOnly", "dropOptions"];

/** What a configuration says of one of the two mounts; null leaves it out. */
export type Wish = {
  watched: boolean;
  /** Its target is another one in the same parent. */
  moved: boolean;
  /** Its source is another claim than usual. */
  other: boolean;
  onForeign: "report" | "replace";
  onHang: "report" | "abort";
  options: MountOption[];
} | null;

/** Something happens, and then this much time goes by; null: the agents do not even notice before the next event. */
export interface Step {
  event: Event;
  waitMs: number | null;
}

export interface Plan {
  beneath: boolean;
  reusesIds: boolean;
  setsFlags: boolean;
  mounts: Wish[];
  steps: Step[];
  /** In the end people take their own mounts away. */
  tidy: boolean;
}

const wish = (weightOfNone: number): fc.Arbitrary<Wish> =>
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        watched: fc.nat(4).map((one) => one === 0),
        moved: fc.nat(5).map((one) => one === 0),
        other: fc.nat(5).map((one) => one === 0),
        onForeign: fc.constantFrom("report" as const, "replace" as const),
        onHang: fc.constantFrom("report" as const, "abort" as const),
        options: fc.constantFrom<MountOption[]>(["nosuid", "nodev"], ["ro"], []),
      }),
    },
    { weight: weightOfNone, arbitrary: fc.constant(null) },
  );

const toEither = (...kinds: Happening[]) => fc.record({ kind: fc.constantFrom(...kinds), target: fc.nat(1) });
const toAgent = fc.record({ kind: fc.constantFrom(...toAgents) });
const reload = fc.record({ kind: fc.constant("configure" as const), mounts: fc.tuple(wish(3), wish(3)) });
const race = (...before: (typeof calls)[number][]) =>
  fc.record({
    kind: fc.constant("race" as const),
    call: fc.constantFrom(...before),
    skip: fc.nat(3),
    happening: fc.constantFrom(...racing),
    target: fc.nat(1),
  });
const failure = fc.record({
  kind: fc.constant("fail" as const),
  call: fc.constantFrom(...calls),
  code: fc.constantFrom("EIO", "ENOMEM", "EBUSY", "EINVAL", "EPERM", "ESTALE"),
  times: fc.constantFrom(1, 1, 1, 2, 5, 50),
  skip: fc.nat(3),
});

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 20, arbitrary: toEither(...(Object.keys(happenings) as Happening[])) },
  { weight: 6, arbitrary: toEither("unmount", "mountForeign") },
  { weight: 3, arbitrary: toAgent },
  { weight: 2, arbitrary: reload },
  { weight: 5, arbitrary: race(...calls.filter((call) => call !== "attach")) },
  { weight: 5, arbitrary: failure },
);

/** Mounts that come and go right before somebody looks or detaches. */
const racyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: toEither("unmount", "mountForeign", "mountRight", "dropOptions", "mountClaim") },
  { weight: 1, arbitrary: reload },
  { weight: 2, arbitrary: race("look", "detachTop") },
);

/** Volumes that hang for long. */
const hangingEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: toEither("hang", "mendVolume") },
  { weight: 3, arbitrary: toEither("mountClaim", "mountForeign", "unmount", "mountRight", "unmountClaim") },
  { weight: 2, arbitrary: toAgent },
  { weight: 1, arbitrary: reload },
  { weight: 1, arbitrary: race("abort", "look", "deviceOver") },
);

const waitMs = fc.constantFrom(null, 0, 0, 60, 1000, 6000, 31_000);

const planOf = (event: fc.Arbitrary<Event>, pause: fc.Arbitrary<number | null> = waitMs): fc.Arbitrary<Plan> =>
  fc.record({
    beneath: fc.boolean(),
    reusesIds: fc.boolean(),
    setsFlags: fc.nat(4).map((one) => one !== 0),
    mounts: fc.tuple(wish(0), wish(0)),
    steps: fc.array(fc.record({ event, waitMs: pause }), { maxLength: 30 }),
    tidy: fc.boolean(),
  });

const long = fc.constantFrom(null, 0, 6000, 31_000, 100_000, 200_000);

export const anyPlan = planOf(anyEvent);
export const racyPlan = planOf(racyEvent);
export const hangingPlan = planOf(hangingEvent, long);

import { bareTop, expected, failureOf, type Given, reportOf, rightTop, wrongDetails, wrongTop } from "../facts-of.ts";

export const bare = { top: bareTop, stack: [] };
const foreign = { top: wrongTop, details: wrongDetails, stack: [9n] };
const below = { ...foreign, stack: [9n, 7n], rightBelow: true };
export const twice = { stack: [9n, 7n], rightBelow: true, rightNext: true };
const deleted = { ...rightTop, id: 9n, deleted: true };
const unheld = { anchored: false, sourceHeld: false };
const fromSource = { anchored: false, sourceHeld: true };
const unknown = { expected: null, anchored: false, attachedMount: null };
const free = { lock: { kind: "free" as const } };
const other = { lock: { kind: "other" as const, holder: "pod-b" } };
const watched = {
  mount: { source: null, options: [] },
  observed: { lock: { kind: "notNeeded" as const }, bare: null },
};
export const replace = { onForeign: "replace" as const };
export const abort = { onHang: "abort" as const };
const rightDetails = { ...wrongDetails, ...expected, id: 7n };
const fuse = { details: { ...rightDetails, fsType: "fuse.s3fs" } };
const hanging = { silent: true, failures: 3, silentOn: expected.superDevice };
const releasing = { releasing: true };
const unsealed = { locked: false, immutable: true, shadowed: 0 };
const flagless = { locked: false, immutable: false, shadowed: 0 };
const readOnlyTop = { ...rightTop, options: ["ro", "nosuid", "nodev"] } as const;
const sourceGone = reportOf({}, { source: { ok: false, problem: { reason: "SourceMissing", message: "gone" } } });
const sourceReadOnly = reportOf(
  {},
  { source: { ok: true, identity: reportOf().volume?.identity ?? never(), fd: 1, readOnly: true } },
);
const record = { instance: "mooring", holder: "before", uuid: null, mounted: [{ ...wrongDetails }] };

function never(): never {
  throw new Error("there is one");
}

export const cases: [situation: string, action: string, given: Given][] = [
  ["all is well", "nothing", {}],

  ["lost, and an anchor is held", "heal", { observed: bare }],
  [
    "lost, with an anchor and an unsealed directory: first things first",
    "heal",
    { observed: { ...bare, bare: unsealed } },
  ],
  ["lost, and the directory bears no record of it", "secure", { observed: bare, memory: { record: null } }],
  ["lost, and the directory bears another one's record", "secure", { observed: bare, memory: { record } }],
  [
    "lost, and the record cannot be written yet",
    "nothing",
    { observed: bare, memory: { record: null, failures: { secure: failureOf(2000) } } },
  ],
  ["there, and no record says so", "nothing", { memory: { record: null } }],
  ["lost, and the lock is free", "secure", { observed: { ...bare, ...free } }],
  ["lost, and another agent holds the lock", "secure", { observed: { ...bare, ...other } }],
  ["lost, watched", "heal", { ...watched, observed: { ...watched.observed, ...bare } }],
  ["lost, and healing has to wait", "nothing", { observed: bare, memory: { failures: { heal: failureOf(1001) } } }],
  ["lost, and healing has waited", "heal", { observed: bare, memory: { failures: { heal: failureOf(1000) } } }],
  [
    "healing waits, a source is held",
    "attach",
    { observed: bare, memory: { sourceHeld: true, failures: { heal: failureOf(2000) } } },
  ],

  ["the directory is missing", "secure", { observed: { ...bare, top: { kind: "missing" } } }],
  [
    "the directory of a watched target is missing",
    "nothing",
    { ...watched, observed: { ...watched.observed, top: { kind: "missing" }, stack: [] } },
  ],
  ["never locked", "secure", { observed: free, memory: unknown }],
  ["locked, but never sealed", "secure", { observed: { bare: null } }],
  ["locked and unsealed since", "secure", { observed: { bare: unsealed } }],
  ["a file system without the flag", "nothing", { observed: { bare: flagless } }],
  [
    "securing has to wait",
    "nothing",
    { observed: free, memory: { ...unknown, failures: { secure: failureOf(2000) } } },
  ],

  ["bare, a source is held", "attach", { observed: bare, memory: fromSource }],
  ["bare, nothing is held", "nothing", { observed: bare, memory: unheld }],
  ["bare, a source is held without a lock", "secure", { observed: { ...bare, ...free }, memory: fromSource }],
  [
    "attaching has to wait",
    "nothing",
    { observed: bare, memory: { ...fromSource, failures: { attach: failureOf(2000) } } },
  ],

  ["foreign on top, policy report", "nothing", { observed: foreign }],
  ["foreign on top of the right one, policy report", "nothing", { observed: below }],
  ["foreign on top, policy replace", "replace 9", { mount: replace, observed: foreign }],
  ["foreign on top of the right one, policy replace", "uncover 9", { mount: replace, observed: below }],
  ["foreign on top, nothing to replace it with", "nothing", { mount: replace, observed: foreign, memory: unheld }],
  ["foreign on top, policy replace, lock not held", "secure", { mount: replace, observed: { ...foreign, ...free } }],
  ["something on top that cannot be told", "nothing", { mount: replace, observed: foreign, memory: unknown }],
  [
    "ours by id, of an earlier source",
    "replace 9",
    { observed: foreign, memory: { ...fromSource, attachedMount: wrongTop } },
  ],
  ["ours by record", "replace 9", { observed: foreign, memory: { ...fromSource, record } }],
  ["ours by record, without details", "nothing", { observed: { ...foreign, details: null }, memory: { record } }],
  ["ours by record, on top of the right one", "uncover 9", { observed: below, memory: { record } }],
  [
    "ours, deleted, a new source is held",
    "replace 9",
    { observed: { top: { ...deleted, inode: 41n } }, memory: fromSource },
  ],
  ["ours, deleted, an anchor of another one is held", "replace 9", { observed: { top: { ...deleted, inode: 41n } } }],
  ["ours, deleted, and the source that is held with it", "nothing", { observed: { top: deleted }, memory: fromSource }],
  ["ours, deleted, only its own anchor is held", "nothing", { observed: { top: deleted } }],
  ["watched, deleted", "nothing", { ...watched, observed: { ...watched.observed, top: deleted } }],
  [
    "replacing has to wait",
    "nothing",
    { mount: replace, observed: foreign, memory: { failures: { replace: failureOf(2000) } } },
  ],

  ["the right one twice", "unstack 9", { observed: { top: { ...rightTop, id: 9n }, ...twice } }],
  ["the right one over a wrong one", "nothing", { observed: { stack: [7n, 9n] } }],
  ["the right one twice, without a lock", "secure", { observed: { ...twice, ...free } }],
  [
    "the right one twice, not verified",
    "nothing",
    { observed: { ...twice, top: rightTop }, probe: { verified: false } },
  ],
  [
    "the right one twice, watched",
    "anchor 9",
    { ...watched, observed: { ...watched.observed, top: { ...rightTop, id: 9n }, ...twice } },
  ],
  [
    "remounted read-only",
    "restoreOptions 7 + -ro",
    { observed: { top: { ...readOnlyTop, options: [...readOnlyTop.options] } } },
  ],
  ["an option is missing", "restoreOptions 7 +nodev -", { observed: { top: { ...rightTop, options: ["nosuid"] } } }],
  [
    "more options than asked for",
    "nothing",
    { observed: { top: { ...rightTop, options: ["nosuid", "nodev", "noexec"] } } },
  ],
  [
    "read-only as its source",
    "nothing",
    { observed: { top: { ...readOnlyTop, options: [...readOnlyTop.options] } }, probe: { report: sourceReadOnly } },
  ],
  [
    "read-only, and its source is out of sight",
    "nothing",
    { observed: { top: { ...readOnlyTop, options: [...readOnlyTop.options] } }, probe: { report: sourceGone } },
  ],
  ["hangs, policy report", "nothing", { observed: fuse, probe: hanging }],
  ["hangs, policy abort", "abort 7", { mount: abort, observed: fuse, probe: hanging }],
  ["is slow, policy abort", "nothing", { mount: abort, observed: fuse, probe: { ...hanging, failures: 2 } }],
  [
    "is slow while the agent leaves",
    "abort 7",
    { mount: abort, observed: fuse, probe: { ...hanging, failures: 1 }, memory: { leaving: true } },
  ],
  ["was aborted already", "nothing", { mount: abort, observed: fuse, probe: { ...hanging, aborted: true } }],
  ["hangs elsewhere", "nothing", { mount: abort, observed: fuse, probe: { ...hanging, silentOn: "0:99" } }],
  ["hangs nobody knows where", "nothing", { mount: abort, observed: fuse, probe: { ...hanging, silentOn: null } }],
  ["hangs, and is no FUSE", "nothing", { mount: abort, observed: { details: rightDetails }, probe: hanging }],
  ["hangs without a lock", "secure", { mount: abort, observed: { ...fuse, ...free }, probe: hanging }],
  [
    "hangs, and is ours by record",
    "abort 9",
    {
      mount: abort,
      observed: { ...foreign, details: { ...wrongDetails, fsType: "fuse.s3fs" } },
      memory: { ...unknown, record: { ...record, mounted: [{ ...wrongDetails, fsType: "fuse.s3fs" }] } },
      probe: { ...hanging, silentOn: wrongDetails.superDevice },
    },
  ],
  [
    "hangs, and is foreign",
    "nothing",
    {
      mount: abort,
      observed: { ...foreign, details: { ...wrongDetails, fsType: "fuse.s3fs" } },
      probe: { ...hanging, silentOn: wrongDetails.superDevice },
    },
  ],
  ["hangs while it is released", "abort 7", { mount: abort, observed: fuse, probe: hanging, memory: releasing }],
  [
    "watched, remounted",
    "nothing",
    { ...watched, observed: { ...watched.observed, top: { ...rightTop, options: ["ro"] } } },
  ],
  ["options stray, lock not held", "secure", { observed: { ...free, top: { ...rightTop, options: [] } } }],

  ["right, not anchored", "anchor 7", { memory: unheld }],
  ["right, another mount of it than before", "anchor 8", { observed: { top: { ...rightTop, id: 8n } } }],
  ["right, watched, never seen before", "anchor 7", { ...watched, memory: { anchored: false, attachedMount: null } }],
  ["right, not anchored, lock held by another", "secure", { observed: other, memory: unheld }],

  ["released, right on top", "detach 7", { memory: releasing }],
  ["released, ours but stale on top", "detach 9", { observed: foreign, memory: { ...releasing, record } }],
  ["released, deleted on top", "detach 9", { observed: { top: deleted }, memory: releasing }],
  ["released, foreign on top", "nothing", { mount: replace, observed: below, memory: releasing }],
  ["released and bare", "nothing", { observed: bare, memory: { ...releasing, sourceHeld: true } }],
  ["released without a lock", "secure", { observed: free, memory: releasing }],
  ["released, watched", "nothing", { ...watched, memory: releasing }],

  [
    "the parent is in trouble",
    "nothing",
    { observed: { ...bare, parent: { kind: "trouble", reason: "NotShared", message: "" } } },
  ],
  ["the target is a link", "nothing", { observed: { top: { kind: "unusable", what: "a link" }, ...free } }],
];

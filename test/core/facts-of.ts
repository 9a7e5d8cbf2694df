import type { Mount } from "../../agent/core/config/config.ts";
import type { Facts } from "../../agent/core/facts.ts";
import type { Identity } from "../../agent/core/identity.ts";
import { blankMemory, type Memory, type ProbeMemory } from "../../agent/core/memory.ts";
import type { MountDetails, Observed, TopMount } from "../../agent/core/observed.ts";
import type { VolumeFindings, VolumeReport } from "../../agent/core/volume-report.ts";
import { mountOf } from "../keeper/configuration.ts";

/** The directory that belongs on the target of these tests. */
export const expected: Identity = {
  device: "8:17",
  superDevice: "8:17",
  inode: 42n,
  fsType: "ext4",
  source: "/dev/sdb1",
  root: "/dumps",
  uuid: "uuid-1",
};

export const rightTop: TopMount = {
  kind: "mount",
  id: 7n,
  device: "8:17",
  inode: 42n,
  deleted: false,
  options: ["nosuid", "nodev"],
};
export const wrongTop: TopMount = { ...rightTop, id: 9n, device: "0:99", inode: 1n };
export const bareTop = { kind: "bare", device: "8:1", inode: 5n, locked: true } as const;

export const wrongDetails: MountDetails = {
  id: 9n,
  parentId: 1n,
  superDevice: "0:99",
  root: "/",
  fsType: "tmpfs",
  source: "other",
  options: ["rw"],
  superOptions: "rw",
  shared: true,
};

export const findings: VolumeFindings = {
  through: "target",
  identity: expected,
  problem: null,
  remark: null,
  space: { sizeBytes: 1000, availBytes: 900, files: 100, filesFree: 90 },
  isNew: false,
};

/** A report in which these things were found otherwise. */
export const reportOf = (volume: Partial<VolumeFindings> = {}, more: Partial<VolumeReport> = {}): VolumeReport => ({
  source: { ok: true, identity: expected, fd: 5, readOnly: false },
  volume: { ...findings, ...volume },
  ...more,
});

export interface Given {
  mount?: Partial<Mount>;
  observed?: Partial<Observed>;
  memory?: Partial<Omit<Memory, "probe">>;
  probe?: Partial<ProbeMemory>;
}

/** Everything as it is when the right mount is on top, anchored and verified, but for what is given. */
export const factsOf = ({ mount, observed, memory, probe }: Given = {}): Facts => ({
  mount: mountOf({ name: "dumps", ...mount }),
  observed: {
    parent: { kind: "usable" },
    lock: { kind: "held" },
    top: rightTop,
    details: null,
    stack: [7n],
    attachedBelow: false,
    rightBelow: false,
    rightNext: false,
    oursBelow: false,
    bare: { locked: true, immutable: true, shadowed: 0 },
    ...observed,
  },
  memory: {
    ...blankMemory(),
    expected,
    anchored: true,
    attachedMount: rightTop,
    record: { instance: "mooring", holder: "one", uuid: expected.uuid, mounted: [expected] },
    probe: { ...blankMemory().probe, report: reportOf(), verified: true, ...probe },
    ...memory,
  },
  now: 1000,
  failuresUntilHung: 3,
});

export const failureOf = (retryAt: number) => ({ message: "it failed: EIO", attempts: 1, retryAt });

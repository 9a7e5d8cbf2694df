import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { diagnose, verdictOf } from "../../../agent/core/doctor/diagnosis.ts";
import { viewsOf } from "../../../agent/core/doctor/sight.ts";
import type { Site } from "../../../agent/core/doctor/site.ts";
import { type MountEntry, parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { mountOf } from "../../keeper/configuration.ts";

/** `id parent device root mountPoint`, one a line; the disk of the node is 8:1, the volume 8:16. */
const table = (...lines: string[]): MountEntry[] =>
  parseMountinfo(
    lines
      .map((line) => {
        const [id, parent, device, root, at, options = "rw", tags = "shared:1"] = line.split(" ");
        return `${id} ${parent} ${device} ${root} ${at} ${options} ${tags} - ext4 /dev/${device} rw\n`;
      })
      .join(""),
  );
const one = (line: string): MountEntry => {
  const [entry] = table(line);
  if (!entry) throw new Error(`no entry: ${line}`);
  return entry;
};

const volume = one("9 2 8:16 / /host/mooring/dumps");
const recorded = { superDevice: "8:16", fsType: "ext4", source: "/dev/8:16", root: "/" };
const record = { instance: "mooring", holder: "one", uuid: null, mounted: [recorded] };

/** As a container sees it: the node's /var/lib/mooring at /host/mooring. */
const siteOf = (change: Partial<Site> = {}): Site => ({
  mount: { ...mountOf({ name: "dumps" }), target: "/host/mooring/dumps", hostPath: "/var/lib/mooring/dumps" },
  parent: one("2 1 8:1 /var/lib/mooring /host/mooring"),
  stack: [volume],
  bare: { sealed: true, entries: 0, record },
  unseen: null,
  ...change,
});

const sights = (entries: MountEntry[], site = siteOf()): string[] =>
  viewsOf(entries, site).map(({ sight, at }) => `${sight} ${at}`);

describe("who sees what", () => {
  test.each([
    [
      "the parent, as the node has it",
      ["1 0 0:5 / /", "2 1 8:1 /var/lib/mooring /data", "3 2 8:16 / /data/dumps"],
      ["volume /data/dumps"],
    ],
    [
      "the parent, without what is mounted in it",
      ["1 0 0:5 / /", "2 1 8:1 /var/lib/mooring /data"],
      ["bare /data/dumps"],
    ],
    ["a directory of the volume", ["1 0 0:5 / /", "2 1 8:16 /app /dumps"], ["volume /dumps"]],
    ["a directory below the bare one", ["1 0 0:5 / /", "2 1 8:1 /var/lib/mooring/dumps/app /dumps"], ["bare /dumps"]],
    ["the volume under a tmpfs", ["1 0 0:5 / /", "2 1 8:16 / /dumps", "3 2 0:9 / /dumps"], []],
    [
      "the bare directory under the volume",
      ["1 0 0:5 / /", "2 1 8:1 /var/lib/mooring/dumps /d", "3 2 8:16 / /d"],
      ["volume /d"],
    ],
    ["a deleted one", ["1 0 0:5 / /", "2 1 8:16 /app//deleted /dumps"], ["other /dumps"]],
    [
      "something else of the node",
      ["1 0 0:5 / /", "2 1 8:1 /var/lib/mooringer /data", "3 1 8:1 /etc/hosts /etc/hosts"],
      [],
    ],
    ["the node's root, to watch it", ["1 0 0:5 / /", "2 1 8:1 / /rootfs"], []],
    ["the node as it is, in a namespace without the mount", ["1 0 8:1 / /"], ["bare /var/lib/mooring/dumps"]],
    ["the node as it is", ["1 0 8:1 / /", "2 1 8:16 / /var/lib/mooring/dumps"], ["volume /var/lib/mooring/dumps"]],
    [
      "another volume where this one should be",
      ["1 0 0:5 / /", "2 1 8:1 /var/lib/mooring /d", "3 2 8:99 / /d/dumps"],
      ["other /d/dumps"],
    ],
    ["the parent under another mount", ["1 0 8:1 / /", "2 1 0:7 / /var/lib"], []],
  ])("%s", (_, lines, expected) => {
    expect(sights(table(...lines))).toEqual(expected);
  });

  test("a volume that was replaced since is another; the same device as another file system is not", () => {
    const next = one("9 2 8:32 / /host/mooring/dumps");
    const mounted = [{ superDevice: "8:32", fsType: "ext4", source: "/dev/8:32", root: "/" }, recorded];
    const site = siteOf({ stack: [next], bare: { sealed: true, entries: 0, record: { ...record, mounted } } });
    expect(sights(table("1 0 0:5 / /", "2 1 8:16 / /dumps", "3 1 8:32 / /new"), site)).toEqual([
      "other /dumps",
      "volume /new",
    ]);
    const tmpfs = parseMountinfo("1 0 8:16 / /tmp rw - tmpfs tmp rw\n");
    expect(viewsOf(tmpfs, site)).toEqual([]);
  });

  test("nothing that a table can hold is too odd", () => {
    const paths = fc.constantFrom("/", "/var", "/var/lib/mooring", "/var/lib/mooring/dumps", "/x//deleted", "/a b");
    const entries = fc.array(
      fc.record({
        id: fc.nat(9),
        parentId: fc.nat(9),
        device: fc.constantFrom("8:1", "8:16"),
        root: paths,
        mountPoint: paths,
      }),
    );
    fc.assert(
      fc.property(entries, (some) => {
        const views = viewsOf(
          some.map((entry) => ({ ...volume, ...entry })),
          siteOf(),
        );
        expect(views.length).toBeLessThanOrEqual(some.length);
      }),
    );
  });
});

const reasons = (change: Partial<Site>): string[] =>
  diagnose([siteOf(change)], [], []).findings.map(({ reason }) => reason);

describe("a target", () => {
  test.each<[string, Partial<Site>, string[]]>([
    ["as it should be", {}, []],
    ["without its parent", { parent: null, stack: [], bare: null }, ["ParentMissing"]],
    ["on a mount that is not shared", { parent: one("2 1 8:1 / /host rw master:4") }, ["NotShared"]],
    ["on which nothing is mounted", { stack: [] }, ["NotMounted"]],
    [
      "whose directory was deleted",
      {
        stack: [one("9 2 8:16 /app//deleted /host/mooring/dumps")],
        bare: { sealed: true, entries: 0, record: { ...record, mounted: [{ ...recorded, root: "/app" }] } },
      },
      ["StaleMount"],
    ],
    ["with somebody else's mount", { stack: [one("9 2 0:77 / /host/mooring/dumps")] }, ["ForeignMount"]],
    ["with a stack", { stack: [volume, volume] }, ["Stacked"]],
    ["mounted read-only", { stack: [one("9 2 8:16 / /host/mooring/dumps ro")] }, ["MountReadOnly"]],
    ["over a directory that is open", { bare: { sealed: false, entries: 0, record } }, ["BareDirectoryUnlocked"]],
    ["over files", { bare: { sealed: true, entries: 3, record } }, ["ShadowedFiles"]],
    ["that nobody mounted on yet", { bare: { sealed: true, entries: 0, record: null }, stack: [] }, ["NotMounted"]],
    [
      "that is only watched",
      { mount: { ...siteOf().mount, source: null }, bare: { sealed: false, entries: 0, record: null } },
      [],
    ],
  ])("%s", (_, change, expected) => {
    expect(reasons(change)).toEqual(expected);
  });
});

test("whoever sees something else is named, with the way out; so is a mount that no configuration names", () => {
  const java = {
    pid: 42,
    command: "java",
    pod: "0-1",
    entries: table("1 0 0:5 / /", "2 1 8:1 /var/lib/mooring /data"),
  };
  const fine = { pid: 43, command: "java", pod: null, entries: table("1 0 0:5 / /", "2 1 8:16 /app /data") };
  const diagnosis = diagnose([siteOf()], [{ target: "/host/mooring/old", instance: "mooring" }], [java, fine]);
  expect(diagnosis.findings.map(({ message }) => message)).toEqual([
    "java (pid 42, pod 0-1) sees the bare directory at /data/dumps, not the volume: restart it, and mount the parent with mountPropagation: HostToContainer",
    expect.stringMatching(/^\/host\/mooring\/old was mounted by the instance mooring/),
  ]);
  expect(diagnosis.mounts[0]?.seenBy.map(({ pid, sight }) => `${pid} ${sight}`)).toEqual(["42 bare", "43 volume"]);
  expect(verdictOf(diagnosis, 2)).toBe("2 findings: 1 mount, 2 other mount namespaces");
});

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type MountEntry, parseMountinfo } from "../../../agent/core/mountinfo/parse.ts";
import { mountsAt, mountsBelow } from "../../../agent/core/mountinfo/stack.ts";
import { printMountinfo } from "./print.ts";

const folder = join(import.meta.dir, "captured");
const systems = readdirSync(folder).filter((name) => name !== "README.md");
const bytesOf = (system: string) => readFileSync(join(folder, system));
const tableOf = (system: string): MountEntry[] =>
  parseMountinfo(bytesOf(system), (problem) => {
    throw new Error(`line ${problem.line}: ${problem.why}`);
  });
const at = (system: string, mountPoint: string): MountEntry | undefined =>
  tableOf(system).find((entry) => entry.mountPoint === mountPoint);

describe.each(systems)("the table of %s", (system) => {
  test("is read line by line", () => {
    const lines = bytesOf(system).filter((byte) => byte === 10).length;
    expect(tableOf(system)).toHaveLength(lines);
  });

  test("is the same after being printed and read again", () => {
    expect(parseMountinfo(printMountinfo(tableOf(system)))).toEqual(tableOf(system));
  });

  test("has every mount at its own mount point", () => {
    const entries = tableOf(system);
    for (const entry of entries) expect(mountsAt(entries, entry.mountPoint)).toContainEqual(entry);
  });
});

describe("what the systems show", () => {
  test("odd names come out as they were made", () => {
    const names = tableOf("debian-12-odd-names").map((entry) => entry.mountPoint.replace("/mnt/odd/", ""));
    for (const name of ["with space", "with\ttab", "with\nnewline", "with\\backslash", "with#hash", "lit\\040eral"]) {
      expect(names).toContain(name);
    }
    expect(names).toContain("größe-日本");
    expect(names).toContain("b\udcfctes");
  });

  test("odd sources come out as they were given", () => {
    const sources = tableOf("debian-12-odd-names").map((entry) => entry.source);
    for (const source of ["none", "tab source", "#hash source", "back\\slash", ""]) expect(sources).toContain(source);
  });

  test("a removed root says so", () => {
    expect(at("debian-12-odd-names", "/mnt/odd/gone")?.root).toBe("/src/dir//deleted");
  });

  test("an unbindable mount lies on a shared one", () => {
    const [bottom, top, ...more] = mountsAt(tableOf("debian-12-odd-names"), "/mnt/odd/plain");
    expect([bottom?.shared, top?.unbindable, more]).toEqual([1, true, []]);
  });

  test("a slave whose master is out of sight names the group it still hears", () => {
    const slave = at("debian-12-chroot", "/c");
    expect(slave?.master).toBeGreaterThan(0);
    expect(slave?.propagateFrom).toBe(at("debian-12-chroot", "/a")?.shared ?? -1);
  });

  test("a container's SELinux label is one option", () => {
    const shm = tableOf("openshift-4-rhcos-crio").find((entry) => entry.source === "shm");
    expect(shm?.superOptions).toContain('context="system_u:object_r:container_file_t:s0:c24,c27"');
  });

  test("the mount of an automount point lies on top of it", () => {
    expect(mountsAt(tableOf("flatcar"), "/boot").map((entry) => entry.fsType)).toEqual(["autofs", "vfat"]);
  });

  test("a claim and the root disk share a device on k3s", () => {
    expect(at("k3s-containerd", "/var/lib/mooring/dumps")?.device).toBe(at("k3s-containerd", "/")?.device ?? "");
  });

  test("kubelet's directory in kind is shared though the container's root is not", () => {
    expect(at("docker-container-in-kind", "/")?.shared).toBeNull();
    expect(at("docker-container-in-kind", "/var/lib/kubelet")?.shared).toBe(412);
    expect(mountsBelow(tableOf("docker-container-in-kind"), "/var/lib/kubelet")).toHaveLength(1);
  });

  test("a FUSE bucket has its subtype", () => {
    expect(at("gke-container-optimized-os", "/var/lib/mooring/bucket")?.fsType).toBe("fuse.gcsfuse");
  });
});

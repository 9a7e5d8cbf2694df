import type { Mount as MountConfig } from "../../../agent/core/config/config.ts";
import type { Identity } from "../../../agent/core/identity.ts";
import type { Problem, VolumeFindings, VolumeReport } from "../../../agent/core/volume-report.ts";
import { problemOf } from "../../../agent/volume/child/problem.ts";
import { kernelError } from "./faults.ts";
import type { Directory } from "./file-system.ts";
import type { Child, Machine, Source } from "./machine.ts";
import { isDirectory, type Mount, rootOf, shownAs } from "./mount.ts";

interface Question {
  mount: MountConfig;
  otherMounts: readonly string[];
}

interface Place {
  directory: Directory;
  through: Mount | null;
}

export interface Examination {
  report: VolumeReport;
  /** The directory that was found usable. */
  usable: Directory | null;
}

/** A file system on its way does not answer. */
export interface Silence {
  /** Super device of what it was about to examine; null before it came to that. */
  examines: string | null;
}

/**
 * What a volume child would find on this machine, as agent/volume/child/examine.ts does on a real one.
 */
export function examine(machine: Machine, child: Child, { mount, otherMounts }: Question): Examination | Silence {
  const source = mount.source === null ? null : resolveSource(machine.sources.get(mount.source), mount);
  if (source === "silent") return { examines: null };
  const target = topOf(machine, mount.target);
  const found = source !== null && "directory" in source ? source : null;
  const through = found && !(target && showsSource(found, target, mount)) ? "source" : "target";
  const place = through === "source" ? found : target;
  if (place?.directory.fileSystem.answers === "silent") return { examines: place.directory.fileSystem.superDevice };
  const volume = place ? findings(machine, place, through, { mount, otherMounts }) : null;
  const usable = volume?.problem === null ? (place?.directory ?? null) : null;
  if (!found) return { report: { source: source && { ok: false, problem: source as Problem }, volume }, usable };
  const fd = child.opened.size + 10;
  child.opened.set(fd, { kind: "directory", ...found });
  const identity = { ...identityOf(found.directory), uuid: volume?.identity.uuid ?? null };
  return { report: { source: { ok: true, identity, fd, readOnly: isReadOnly(found) }, volume }, usable };
}

const showsSource = (source: Place, target: Place, { options }: MountConfig): boolean => {
  const isBlocked = isReadOnly(target) && !isReadOnly(source) && !options.includes("ro");
  return target.directory === source.directory && !isBlocked;
};

const isReadOnly = ({ through }: Place): boolean => through?.options.has("ro") ?? false;

function resolveSource(source: Source | undefined, mount: MountConfig): Place | Problem | "silent" {
  if (!source || source.directory.removed) return { reason: "SourceMissing", message: `${mount.source} is not there` };
  const { answers: temper } = source.directory.fileSystem;
  if (temper === "silent") return "silent";
  if (temper !== "fine") return problemOf(kernelError("openat2", mount.source ?? "", temper));
  if (source.mount === null && mount.sourceMustBeMount)
    return { reason: "SourceNotMounted", message: `nothing is mounted at ${mount.source}` };
  return { directory: source.directory, through: source.mount };
}

function topOf(machine: Machine, target: string): Place | null {
  const cut = target.lastIndexOf("/");
  const entry = machine.parents.get(target.slice(0, cut))?.entries.get(target.slice(cut + 1));
  const top = entry && isDirectory(entry) ? machine.stackOn(entry)[0] : undefined;
  return top ? { directory: top.root, through: top } : null;
}

const identityOf = (directory: Directory): Identity => {
  const { device, superDevice, fsType, source } = directory.fileSystem;
  return { device, superDevice, inode: directory.inode, fsType, source, root: rootOf(directory), uuid: null };
};

function findings(
  machine: Machine,
  { directory, through: over }: Place,
  through: VolumeFindings["through"],
  { mount, otherMounts }: Question,
): VolumeFindings {
  const { fileSystem } = directory;
  const found: VolumeFindings = {
    through,
    identity: { ...identityOf(directory), ...(through === "target" && shownAs(directory)) },
    problem: null,
    remark: null,
    space: { sizeBytes: 1000, availBytes: fileSystem.full ? 0 : 900, files: 100, filesFree: 90 },
    isNew: false,
  };
  if (fileSystem.answers !== "fine") found.problem = problemOf(kernelError("read", mount.target, fileSystem.answers));
  else if (directory.removed) found.problem = problemOf(kernelError("mkdirat", ".mooring", "ENOENT"));
  else if (fileSystem.readOnly || over?.options.has("ro")) found.problem = readOnlyProblem(mount, directory);
  else write(machine, found, directory, { mount, otherMounts });
  return found;
}

function readOnlyProblem({ options }: MountConfig, { fileSystem }: Directory): Problem | null {
  if (options.includes("ro")) return null;
  return fileSystem.readOnly
    ? { reason: "FileSystemReadOnly", message: "the file system is read-only" }
    : { reason: "MountReadOnly", message: "the mount is read-only" };
}

function write(machine: Machine, found: VolumeFindings, directory: Directory, { mount, otherMounts }: Question): void {
  if (directory.fileSystem.full && directory.marker === null) {
    found.remark = { reason: "NoSpaceLeft", message: "no space left" };
    return;
  }
  found.isNew = directory.marker === null;
  directory.marker ??= { uuid: machine.makeUuid(), mount: mount.name };
  const { uuid, mount: name } = directory.marker;
  found.identity.uuid = uuid;
  if (name !== mount.name && otherMounts.includes(name))
    found.problem = { reason: "VolumeSwapped", message: `this is the volume of mount ${name}` };
  else if (directory.fileSystem.full) found.remark = { reason: "NoSpaceLeft", message: "no space left" };
}

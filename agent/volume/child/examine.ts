import type { Identity } from "../../core/identity.ts";
import type { Problem, VolumeFindings, VolumeReport } from "../../core/volume-report.ts";
import type { Describe } from "../../kernel/describe.ts";
import { listDirectory } from "../../kernel/directory.ts";
import { KernelError } from "../../kernel/error.ts";
import { fstatfs } from "../../kernel/file.ts";
import { close } from "../../kernel/open.ts";
import { statx } from "../../kernel/statx.ts";
import type { VolumeRequest } from "../request.ts";
import { makeDirectory, makeRequestedDirectory, setMode } from "./directories.ts";
import { makeIdentity, readIdentity } from "./identity-file.ts";
import { markReady, writeAndReadBack } from "./marker.ts";
import { isNoRoom, problemOf } from "./problem.ts";
import { Blocked, enterOrMake, reopen } from "./safe.ts";
import { liesOnItsOwnMount, type Resolved, resolve } from "./source.ts";

/**
 * Everything a volume child does: resolves the source, then examines the volume through the target when that shows the
 * same directory or the source is gone, else through the source. May hang at any point; that is why it is a child.
 */
export function examine(request: VolumeRequest, describe: Describe): VolumeReport {
  const { mount } = request;
  const source = mount.source === null ? null : checkedSource(mount.source, request, describe);
  const target = mountedAt(mount.target, describe);
  const sameOnTarget = source?.ok && target?.ok && isSame(source.identity, target.identity);
  const through = source?.ok && !sameOnTarget ? "source" : "target";
  const root = through === "source" ? source : target;
  const volume = root?.ok ? findings(root, through, request, describe) : null;
  const told = source?.ok
    ? { ok: true as const, identity: withUuid(source.identity, volume), fd: source.fd, readOnly: source.readOnly }
    : source;
  return { source: told, volume };
}

const isSame = (a: Identity, b: Identity): boolean => a.device === b.device && a.inode === b.inode;
const withUuid = (identity: Identity, volume: VolumeFindings | null): Identity => ({
  ...identity,
  uuid: volume?.identity.uuid ?? null,
});

function checkedSource(path: string, { mount }: VolumeRequest, describe: Describe): Resolved {
  const source = resolve(path, describe);
  if (!source.ok || !mount.sourceMustBeMount || liesOnItsOwnMount(source.fd)) return source;
  close(source.fd);
  const message = `nothing is mounted at ${path} or above it; mount the claim, or set sourceMustBeMount: false`;
  return { ok: false, problem: { reason: "SourceNotMounted", message } };
}

/** Null unless something is mounted right at the target. */
function mountedAt(target: string, describe: Describe): Resolved | null {
  const found = resolve(target, describe);
  return found.ok && statx(found.fd, "", describe.ids).mountRoot ? found : null;
}

function findings(
  root: Extract<Resolved, { ok: true }>,
  through: VolumeFindings["through"],
  request: VolumeRequest,
  describe: Describe,
): VolumeFindings {
  const found: VolumeFindings = {
    through,
    identity: root.identity,
    problem: null,
    remark: null,
    space: null,
    isNew: false,
  };
  try {
    const fd = reopen(root.fd);
    listDirectory(fd, "/", 1);
    const { readOnly, ...space } = fstatfs(fd, "/");
    found.space = space;
    if (readOnly) found.problem = readOnlyProblem(root, request, describe);
    else prepare(fd, found, request);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    found.problem = problemOf(error);
  }
  return found;
}

/** A volume that is meant to be read-only is fine; else the mount's own flag is told from the file system's. */
function readOnlyProblem(
  root: Extract<Resolved, { ok: true }>,
  { mount }: VolumeRequest,
  describe: Describe,
): Problem | null {
  if (mount.options.includes("ro")) return null;
  const details = describe.all(statx(root.fd, "", describe.ids).mountId);
  const superOptions = details?.superOptions ?? "";
  if (/(^|,)(ro|emergency_ro)(,|$)/.test(superOptions))
    return { reason: "FileSystemReadOnly", message: "the file system itself is read-only; see the kernel's log" };
  return { reason: "MountReadOnly", message: "the mount is read-only; if that is meant, add ro to its options" };
}

/** What is written: identity, probe, directories, `.ready`. What applications can spoil leads to a remark only. */
function prepare(fd: number, found: VolumeFindings, request: VolumeRequest): void {
  const { mount, node, requested = [] } = request;
  const attempt = (reason: "MarkersBlocked" | "DirectoryBlocked", work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (error instanceof Blocked) found.remark ??= { reason, message: `${error.message}; move it away` };
      else if (error instanceof KernelError && isNoRoom(error))
        found.remark = {
          reason: "NoSpaceLeft",
          message: `no space left on ${mount.target}; delete files or grow the claim`,
        };
      else throw error;
    }
  };
  attempt("MarkersBlocked", () => {
    const folder = enterOrMake(fd, ".mooring", 0o755).fd;
    const known = readIdentity(folder);
    const identity = known ?? makeIdentity(folder, request);
    found.isNew = known === null;
    found.identity = { ...found.identity, uuid: identity.uuid };
    if (identity.mount !== mount.name && request.otherMounts.includes(identity.mount)) {
      const message = `this is the volume of mount ${identity.mount} (${identity.uuid}); the sources are swapped`;
      found.problem = { reason: "VolumeSwapped", message };
      return;
    }
    const nodeFolder = enterOrMake(enterOrMake(folder, "nodes", 0o755).fd, node, 0o700).fd;
    writeAndReadBack(nodeFolder);
    markReady(fd, nodeFolder, identity.uuid);
  });
  if (found.problem) return;
  setMode(fd, "/", mount.mode);
  for (const directory of mount.directories) attempt("DirectoryBlocked", () => makeDirectory(fd, directory));
  for (const directory of requested) attempt("DirectoryBlocked", () => makeRequestedDirectory(fd, directory));
}

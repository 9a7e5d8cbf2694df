import type { Identity } from "../../core/identity.ts";
import type { Problem, VolumeFindings, VolumeReport } from "../../core/volume-report.ts";
import type { Describe } from "../../kernel/describe.ts";
import { listDirectory } from "../../kernel/directory.ts";
import { isErrno, KernelError } from "../../kernel/error.ts";
import { fstatfs } from "../../kernel/file.ts";
import { close } from "../../kernel/open.ts";
import { statx } from "../../kernel/statx.ts";
import type { VolumeRequest } from "../request.ts";
import { makeDirectory, makeRequestedDirectory, setMode } from "./directories.ts";
import { bearsOurMark, identityOn, MARKS, makeIdentity, readIdentity, type VolumeIdentity } from "./identity-file.ts";
import { markReady, writeAndReadBack } from "./marker.ts";
import { nodeFolderName } from "./node-folder.ts";
import { isNoRoom, problemOf } from "./problem.ts";
import { tidy } from "./publish.ts";
import { Blocked, enterOrMake, reopen } from "./safe.ts";
import { liesOnItsOwnMount, type Resolved, resolve } from "./source.ts";

type Found = Extract<Resolved, { ok: true }>;

/**
 * Everything a volume child does: resolves the source, then examines the volume through the target when that shows the
 * same directory or the source is gone, else through the source. Without its source a mount on the target may be anybody's,
 * and is written to only when it bears our mark. May hang at any point; that is why it is a child. `begins` is told the
 * super device of what is examined, before it may hang on that.
 */
export function examine(
  request: VolumeRequest,
  describe: Describe,
  begins: (superDevice: string) => void = () => {},
): VolumeReport {
  const { mount } = request;
  const source = mount.source === null ? null : checkedSource(mount.source, request, describe);
  const target = mountedAt(mount.target, describe);
  const through = source?.ok && !(target?.ok && showsSource(source, target, mount)) ? "source" : "target";
  const root = through === "source" ? source : target;
  if (root?.ok) begins(root.identity.superDevice);
  const isSure = source === null || source.ok;
  const volume = root?.ok ? findings(root, through, request, describe, isSure) : null;
  const told = source?.ok
    ? { ok: true as const, identity: withUuid(source.identity, volume), fd: source.fd, readOnly: source.readOnly }
    : source;
  return { source: told, volume };
}

/** A mount that somebody made read-only says nothing about the volume behind it, which is then seen at its source. */
const showsSource = (source: Found, target: Found, { options }: VolumeRequest["mount"]): boolean =>
  isSame(source.identity, target.identity) && (!target.readOnly || source.readOnly || options.includes("ro"));

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
  root: Found,
  through: VolumeFindings["through"],
  request: VolumeRequest,
  describe: Describe,
  isSure: boolean,
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
    if (readOnly) {
      found.problem = readOnlyProblem(root, request, describe);
      recognise(fd, found, request);
    } else if (isSure || bearsOurMark(fd, request)) prepare(fd, found, request);
    else recognise(fd, found, request);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const { reason, message } = problemOf(error);
    // The error knows what it was about inside the volume only.
    const path = (through === "source" ? request.mount.source : null) ?? request.mount.target;
    found.problem = { reason, message: `${path}: ${message}` };
  }
  return found;
}

const meant = "add ro to the options if that is meant";

/** A volume that is meant to be read-only is fine; else the mount's own flag is told from the file system's. */
function readOnlyProblem(root: Found, { mount }: VolumeRequest, describe: Describe): Problem | null {
  if (mount.options.includes("ro")) return null;
  const details = describe.all(statx(root.fd, "", describe.ids).mountId);
  const superOptions = details?.superOptions ?? "";
  if (/(^|,)(ro|emergency_ro)(,|$)/.test(superOptions))
    return {
      reason: "FileSystemReadOnly",
      message: `the file system itself is read-only; see the kernel's log, or ${meant}`,
    };
  return { reason: "MountReadOnly", message: `the mount is read-only; ${meant}` };
}

/** What is not written to may bear an identity all the same. */
function recognise(fd: number, found: VolumeFindings, request: VolumeRequest): void {
  attempt(fd, found, request, "MarkersBlocked", () => {
    const identity = identityOn(fd);
    if (identity) takeIdentity(found, request, identity);
  });
}

/** What is written: identity, probe, directories, `.ready`. What applications can spoil leads to a remark only. */
function prepare(fd: number, found: VolumeFindings, request: VolumeRequest): void {
  const { mount, node, requested = [] } = request;
  attempt(fd, found, request, "MarkersBlocked", () => {
    const folder = enterOrMake(fd, MARKS, 0o755).fd;
    const known = readIdentity(folder);
    if (known && !takeIdentity(found, request, known)) return;
    const nodeFolder = enterOrMake(enterOrMake(folder, "nodes", 0o755).fd, nodeFolderName(node), 0o700).fd;
    const identity = known ?? makeIdentity(folder, nodeFolder, request);
    found.isNew = known === null;
    if (!takeIdentity(found, request, identity)) return;
    writeAndReadBack(nodeFolder);
    markReady(fd, nodeFolder, identity.uuid);
    tidy(nodeFolder);
  });
  if (found.problem) return;
  const directory = (work: () => void): void => attempt(fd, found, request, "DirectoryBlocked", work);
  directory(() => setMode(fd, "/", mount.mode));
  for (const each of mount.directories) directory(() => makeDirectory(fd, each));
  for (const each of requested) directory(() => makeRequestedDirectory(fd, each));
}

/** False when it is the identity of another configured mount. */
function takeIdentity(found: VolumeFindings, { mount, otherMounts }: VolumeRequest, identity: VolumeIdentity): boolean {
  found.identity = { ...found.identity, uuid: identity.uuid };
  if (identity.mount === mount.name || !otherMounts.includes(identity.mount)) return true;
  const message = `this is the volume of mount ${identity.mount} (${identity.uuid}); the sources are swapped`;
  found.problem = { reason: "VolumeSwapped", message };
  return false;
}

/** Does what applications, or a server that trusts nobody, may prevent: that leads to a remark. */
function attempt(
  root: number,
  found: VolumeFindings,
  { mount }: VolumeRequest,
  reason: "MarkersBlocked" | "DirectoryBlocked",
  work: () => void,
): void {
  try {
    work();
  } catch (error) {
    if (error instanceof Blocked) found.remark ??= { reason, message: `${error.message}; move it away` };
    else if (error instanceof KernelError && isNoRoom(error))
      found.remark = {
        reason: "NoSpaceLeft",
        message: `no space left on ${mount.target}; delete files or grow the claim`,
      };
    else if (isErrno(error, "EPERM", "EACCES"))
      found.remark ??= {
        reason,
        message: `${error.message}, although we are root: is it immutable, or root squashed?`,
      };
    else if (isErrno(error, ...moved) && statx(root, "").nlink > 0)
      found.remark ??= { reason, message: `${error.message}: somebody moves it about; leave it to Mooring` };
    else throw error;
  }
}

/** What a folder or a file gives that is taken away, or swapped for another, between two steps. */
const moved = ["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "EXDEV", "EEXIST", "ENOTEMPTY", "EAGAIN"] as const;

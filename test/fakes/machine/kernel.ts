import type { MountOption } from "../../../agent/core/config/config.ts";
import type { Top } from "../../../agent/core/observed.ts";
import type { Kernel, Parent } from "../../../agent/keeper/port.ts";
import { kernelError } from "./faults.ts";
import type { Directory } from "./file-system.ts";
import type { Machine } from "./machine.ts";
import { type Entry, isDirectory, type Mount, type ParentDirectory, shownAs } from "./mount.ts";
import { pathsFor } from "./paths.ts";
import type { Process } from "./process.ts";

/** The keeper's port as this machine answers it, with the kernel's rules and errors as kernel-facts.md has them. */
export function kernelFor(machine: Machine, process: Process): Kernel {
  const { faults, host } = machine;
  const { descriptors, name: by } = process;

  const directoryOf = ({ fd }: Parent): ParentDirectory => descriptors.at(fd, "parent").parent;
  const pathOf = ({ path, name }: Parent): string => `${path}/${name}`;
  const entryAt = (parent: Parent): Entry | undefined => directoryOf(parent).entries.get(parent.name);

  const directoryAt = (op: string, parent: Parent): Directory => {
    const entry = entryAt(parent);
    if (!entry) throw kernelError(op, pathOf(parent), "ENOENT");
    if (!isDirectory(entry)) throw kernelError(op, pathOf(parent), "ENOTDIR");
    return entry;
  };
  const topAt = (op: string, parent: Parent): Mount | null => machine.stackOn(directoryAt(op, parent))[0] ?? null;
  const topThatIs = (op: string, parent: Parent, id: bigint): { top: Mount; at: Directory } => {
    const at = directoryAt(op, parent);
    const [top] = machine.stackOn(at);
    if (top?.id !== id) throw kernelError(op, pathOf(parent), "ESTALE");
    return { top, at };
  };
  const openTree = (root: Directory, options: Iterable<MountOption>): number =>
    descriptors.open({ kind: "tree", mount: machine.makeMount(root, options, by) });

  /**
   * move_mount(2) takes a detached mount once; one that was attached lies in a shared parent, whence none is moved. That
   * of a deleted directory it never takes (d_set_mounted).
   */
  const detachedTree = (fd: number, parent: Parent): Mount => {
    const { mount } = descriptors.at(fd, "tree");
    if (mount.state !== "detached") throw kernelError("move_mount", pathOf(parent), "EINVAL");
    if (mount.root.removed) throw kernelError("move_mount", pathOf(parent), "ENOENT");
    return mount;
  };

  return {
    wait(timeoutMs) {
      const woken = { mountsChanged: process.mountsChanged, signalled: process.signalled };
      process.mountsChanged = false;
      process.signalled = false;
      if (!woken.mountsChanged && !woken.signalled) machine.nowMs += timeoutMs;
      return woken;
    },
    monotonicMs: () => machine.nowMs,
    bootMs: () => machine.nowMs + machine.sleptMs,
    wallMs: () => Date.UTC(2026, 0, 1) + machine.nowMs + machine.sleptMs,

    ...pathsFor(machine, process),
    look(parent): Top {
      faults.check("look", pathOf(parent));
      const entry = entryAt(parent);
      if (!entry) return { kind: "missing" };
      if (!isDirectory(entry)) return { kind: "unusable", what: entry.what };
      const [top] = machine.stackOn(entry);
      const { fileSystem, inode, removed } = top ? top.root : entry;
      const { device } = fileSystem;
      if (!top) return { kind: "bare", device, inode, locked: entry.immutable };
      return { kind: "mount", id: top.id, device, inode, deleted: removed, options: [...top.options] };
    },
    describe(id) {
      faults.check("describe", `mount ${id}`);
      const mount = machine.findMount(id);
      if (!mount) return null;
      const { fileSystem } = mount.root;
      const options = mount.options.has("ro") ? [...mount.options] : ["rw", ...mount.options];
      const superOptions = fileSystem.readOnly ? "ro" : "rw";
      const { fsType, superDevice } = fileSystem;
      const { shared } = mount;
      return { id, parentId: 1n, superDevice, fsType, ...shownAs(mount.root), options, superOptions, shared };
    },
    stack(parent) {
      faults.check("stack", pathOf(parent));
      const entry = entryAt(parent);
      return entry && isDirectory(entry) ? machine.stackOn(entry).map(({ id }) => id) : [];
    },

    openBare(parent) {
      faults.check("openBare", pathOf(parent));
      const { entries, directory } = directoryOf(parent);
      if (directory.removed) throw kernelError("mkdirat", pathOf(parent), "ENOENT");
      if (!entries.has(parent.name)) entries.set(parent.name, host.makeDirectory(pathOf(parent)));
      const bare = directoryAt("openat2", parent);
      return { fd: descriptors.open({ kind: "bare", directory: bare, by }), path: pathOf(parent) };
    },
    bareAt(parent) {
      faults.check("bareAt", pathOf(parent));
      const entry = entryAt(parent);
      return entry && isDirectory(entry) ? { device: entry.fileSystem.device, inode: entry.inode } : null;
    },
    inspectBare({ fd, path }) {
      faults.check("inspectBare", path);
      const { inode, fileSystem, removed, mode, immutable, entries } = descriptors.at(fd, "bare").directory;
      return { device: fileSystem.device, inode, removed, sealed: mode === 0 && immutable, entries };
    },
    lockBare({ fd, path }) {
      faults.check("lockBare", path);
      const opened = descriptors.at(fd, "bare");
      opened.directory.lock ??= opened;
      return opened.directory.lock === opened;
    },
    readRecord({ fd, path }) {
      faults.check("readRecord", path);
      return descriptors.at(fd, "bare").directory.record;
    },
    sealBare({ fd, path }, record) {
      const { directory } = descriptors.at(fd, "bare");
      faults.check("clearFlag", path);
      if (machine.setsFlags) directory.immutable = false;
      if (directory.immutable) throw kernelError("fchmod", path, "EPERM");
      faults.check("chmod", path);
      directory.mode = 0;
      faults.check("writeRecord", path);
      directory.record = record;
      faults.check("setFlag", path);
      directory.immutable = machine.setsFlags && directory.fileSystem.flags;
      return directory.immutable;
    },

    take(pid, fd) {
      faults.check("take", `pid ${pid}`);
      const child = machine.children.get(pid);
      if (!child) throw kernelError("pidfd_open", `pid ${pid}`, "ESRCH");
      const opened = child.opened.get(fd);
      if (!opened) throw kernelError("pidfd_getfd", `fd ${fd} of pid ${pid}`, "EBADF");
      return descriptors.open(opened);
    },
    identify(fd) {
      faults.check("identify", `fd ${fd}`);
      const opened = descriptors.at(fd, "bare", "directory", "tree");
      const mount = opened.kind === "tree" ? opened.mount : opened.kind === "directory" ? opened.through : null;
      const { fileSystem, inode } = opened.kind === "tree" ? opened.mount.root : opened.directory;
      return { device: fileSystem.device, inode, mountId: mount?.id ?? 0n };
    },
    cloneSource(fd, options) {
      faults.check("cloneSource", `fd ${fd}`);
      const { directory, through } = descriptors.at(fd, "directory");
      if (through?.state === "gone") throw kernelError("open_tree", `fd ${fd}`, "EINVAL");
      return openTree(directory, [...(through?.options ?? []), ...options]);
    },
    addOptions(tree, options) {
      faults.check("addOptions", `fd ${tree}`);
      const { mount } = descriptors.at(tree, "tree");
      if (machine.addsOptions) for (const option of options) mount.options.add(option);
      return machine.addsOptions;
    },
    cloneTop(parent) {
      faults.check("cloneTop", pathOf(parent));
      const top = topAt("open_tree", parent);
      return openTree(top?.root ?? directoryAt("open_tree", parent), top?.options ?? []);
    },
    attach(tree, parent) {
      faults.check("attach", pathOf(parent));
      const at = directoryAt("move_mount", parent);
      const mount = detachedTree(tree, parent);
      if (at.removed) throw kernelError("move_mount", pathOf(parent), "ENOENT");
      mount.shared = directoryOf(parent).shared;
      machine.attach(mount, at, by);
    },
    attachIfBare(tree, parent, on) {
      const top = this.look(parent);
      if (top.kind !== "bare" || (on && (on.inode !== top.inode || on.device !== top.device))) return false;
      this.attach(tree, parent);
      return true;
    },
    attachBeneath(tree, parent) {
      faults.check("attachBeneath", pathOf(parent));
      if (!machine.beneath) return false;
      if (!topAt("move_mount", parent)) throw kernelError("move_mount", pathOf(parent), "EINVAL");
      const mount = detachedTree(tree, parent);
      mount.shared = directoryOf(parent).shared;
      machine.attach(mount, directoryAt("move_mount", parent), by, true);
      return true;
    },
    detachTop(parent, id) {
      faults.check("detachTop", pathOf(parent));
      const { top } = topThatIs("umount2", parent, id);
      if (top.inside > 0) throw kernelError("umount2", pathOf(parent), "EBUSY");
      machine.detach(top, by);
    },
    changeOptions(parent, id, set, clear) {
      faults.check("changeOptions", pathOf(parent));
      const { top, at } = topThatIs("mount_setattr", parent, id);
      for (const option of clear) top.options.delete(option);
      for (const option of set) top.options.add(option);
      machine.changed({ by, what: "changedOptions", mount: top, at });
    },
    abort(parent, id) {
      faults.check("abort", pathOf(parent));
      const { top, at } = topThatIs("openat2", parent, id);
      const { fileSystem } = top.root;
      if (!fileSystem.fsType.startsWith("fuse")) throw kernelError("abort", pathOf(parent), "EINVAL");
      if (fileSystem.answers !== "silent") return 0;
      fileSystem.abort();
      machine.tell({ by, what: "aborted", mount: top, at });
      return 1;
    },
    close(fd) {
      descriptors.close(fd);
      machine.sweep();
    },
  };
}

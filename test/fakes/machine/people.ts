import type { MountOption } from "../../../agent/core/config/config.ts";
import { type Directory, FileSystem, type FileSystemOptions } from "./file-system.ts";
import type { Machine } from "./machine.ts";
import { isDirectory, type Mount, type ParentDirectory } from "./mount.ts";

const PEOPLE = "people";

/** What people and other programs do to the mounts of a machine. Each says whether it could be done. */
export class People {
  readonly #machine: Machine;
  /** Every directory that ever was a source. */
  readonly sourceDirectories = new Set<Directory>();
  readonly #root = new FileSystem("8:0", { source: "/dev/root" });

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** A claim is mounted; its directory named like the last component of `path` is the source. */
  mountClaim(path: string, options: Partial<FileSystemOptions> = {}, mountOptions: MountOption[] = []): Directory {
    this.unmountClaim(path);
    const name = path.slice(path.lastIndexOf("/"));
    const fileSystem = this.#machine.makeFileSystem({ source: name.slice(1), ...options });
    const mount = this.#machine.makeMount(fileSystem.root, mountOptions, PEOPLE);
    const directory = fileSystem.makeDirectory(name);
    this.sourceDirectories.add(directory);
    this.#machine.sources.set(path, { directory, mount });
    this.#machine.sweep();
    return directory;
  }

  /** The claim is unmounted and the same one mounted in its place. */
  remountClaim(path: string): boolean {
    const source = this.#machine.sources.get(path);
    if (!source?.mount) return false;
    source.mount.state = "gone";
    source.mount = this.#machine.makeMount(source.mount.root, source.mount.options, PEOPLE);
    return true;
  }

  /** `umount -l`: what is opened in it stays open. Where it was, an empty directory of the root file system is left. */
  unmountClaim(path: string): void {
    const { mount } = this.#machine.sources.get(path) ?? {};
    if (mount) mount.state = "gone";
    this.#machine.sources.set(path, { directory: this.#root.makeDirectory(path), mount: null });
    this.#machine.sweep();
  }

  /** `rm -rf` of the source, whose claim stays mounted. */
  removeSource(path: string): boolean {
    const source = this.#machine.sources.get(path);
    if (!source || source.directory.removed) return false;
    source.directory.removed = true;
    this.#machine.sweep();
    return true;
  }

  /** `mkdir` of a source that was removed: another directory of the same name. */
  makeSource(path: string): boolean {
    const source = this.#machine.sources.get(path);
    if (!source?.directory.removed) return false;
    source.directory = source.directory.fileSystem.makeDirectory(source.directory.path);
    this.sourceDirectories.add(source.directory);
    this.#machine.sweep();
    return true;
  }

  mount(target: string, root: Directory, options: MountOption[] = []): Mount | null {
    const at = this.bareAt(target);
    if (!at) return null;
    const mount = this.#machine.makeMount(root, options, PEOPLE);
    mount.shared = this.parentOf(target)?.shared ?? false;
    this.#machine.attach(mount, at, PEOPLE);
    return mount;
  }

  /** Mounts a file system of its own over the target. */
  mountForeign(target: string, options: FileSystemOptions): Mount | null {
    const mount = this.mount(target, this.#machine.makeFileSystem(options).root);
    this.#machine.sweep();
    return mount;
  }

  unmount(target: string): boolean {
    const [top] = this.stackAt(target);
    if (!top || top.inside > 0) return false;
    this.#machine.detach(top, PEOPLE);
    return true;
  }

  remount(target: string, set: MountOption[], clear: MountOption[] = []): boolean {
    const at = this.bareAt(target);
    const [top] = this.stackAt(target);
    if (!top || !at) return false;
    for (const option of clear) top.options.delete(option);
    for (const option of set) top.options.add(option);
    this.#machine.changed({ by: PEOPLE, what: "changedOptions", mount: top, at });
    return true;
  }

  /** `chattr -i` and `chmod 755` of the bare directory. */
  unlock(target: string): boolean {
    const bare = this.bareAt(target);
    if (!bare) return false;
    bare.immutable = false;
    bare.mode = 0o755;
    return true;
  }

  /** A program writes into what it takes for the volume. */
  writeBelow(target: string): boolean {
    const bare = this.bareAt(target);
    if (!bare || bare.immutable || this.stackAt(target).length > 0) return false;
    bare.entries += 1;
    return true;
  }

  /** `rmdir` from a namespace that lacks the mounts: those vanish with it. */
  removeBare(target: string): boolean {
    const bare = this.bareAt(target);
    const parent = this.parentOf(target);
    if (!bare || !parent || bare.immutable || bare.entries > 0) return false;
    this.#remove(bare);
    parent.entries.delete(nameOf(target));
    this.#machine.sweep();
    return true;
  }

  /** `mv` of the bare directory: its mounts go along. */
  moveBareAway(target: string): boolean {
    const bare = this.bareAt(target);
    if (!bare || bare.immutable) return false;
    this.parentOf(target)?.entries.delete(nameOf(target));
    return true;
  }

  makeBare(target: string): boolean {
    return this.#put(target, this.#machine.host.makeDirectory(target));
  }

  plantLink(target: string): boolean {
    return this.#put(target, { what: "a symbolic link" });
  }

  removeLink(target: string): void {
    const parent = this.parentOf(target);
    const entry = parent?.entries.get(nameOf(target));
    if (entry && !isDirectory(entry)) parent?.entries.delete(nameOf(target));
  }

  /** `rm -rf` of the parent on the host, which a container goes on seeing. */
  removeParent(path: string): void {
    const parent = this.#machine.parents.get(path);
    if (!parent) return;
    for (const entry of parent.entries.values()) if (isDirectory(entry)) this.#remove(entry);
    parent.entries.clear();
    parent.directory.removed = true;
    parent.root = `${path}//deleted`;
  }

  /** `mv` of the parent on the host: a container goes on seeing it under its old path. */
  renameParent(path: string, onHost: string): void {
    const parent = this.#machine.parents.get(path);
    if (parent) parent.root = onHost;
  }

  /** The parent's path leads to another directory from now on; the old one with its mounts is elsewhere. */
  replaceParent(path: string): void {
    this.#machine.parents.delete(path);
    this.#machine.makeParent(path);
  }

  parentOf(target: string): ParentDirectory | undefined {
    return this.#machine.parents.get(target.slice(0, target.lastIndexOf("/")));
  }

  bareAt(target: string): Directory | null {
    const entry = this.parentOf(target)?.entries.get(nameOf(target));
    return entry && isDirectory(entry) ? entry : null;
  }

  stackAt(target: string): Mount[] {
    const bare = this.bareAt(target);
    return bare ? this.#machine.stackOn(bare) : [];
  }

  #put(target: string, entry: Directory | { what: string }): boolean {
    const parent = this.parentOf(target);
    if (!parent || parent.entries.has(nameOf(target))) return false;
    parent.entries.set(nameOf(target), entry);
    return true;
  }

  #remove(bare: Directory): void {
    bare.removed = true;
    for (const mount of this.#machine.stackOn(bare)) this.#machine.detach(mount, PEOPLE);
  }
}

const nameOf = (target: string): string => target.slice(target.lastIndexOf("/") + 1);

import type { MountOption } from "../../../agent/core/config/config.ts";
import type { Opened } from "./descriptors.ts";
import { Faults } from "./faults.ts";
import { type Directory, FileSystem, type FileSystemOptions } from "./file-system.ts";
import { isDirectory, type Mount, type ParentDirectory } from "./mount.ts";
import { printMachine } from "./print.ts";
import { Process } from "./process.ts";

/** What lies at the path of a source: a directory of a mounted claim, or one of the root file system. */
export interface Source {
  directory: Directory;
  mount: Mount | null;
}

/** A volume child that has answered and lives until it is let go; its descriptors can be taken. */
export interface Child {
  readonly opened: Map<number, Extract<Opened, { kind: "directory" }>>;
}

/** Something that happened to the mounts on one directory, told right after it did. */
export interface Change {
  readonly by: string;
  readonly what: "attached" | "attachedBeneath" | "detached" | "changedOptions" | "aborted";
  readonly mount: Mount;
  readonly at: Directory;
}

/**
 * A small working machine: file systems, mounts stacked on directories, processes with descriptors, a clock that only
 * moves when told to. What nothing pins any more gives its numbers to whatever comes next.
 */
export class Machine {
  readonly faults = new Faults();
  readonly host = new FileSystem("8:1", { source: "/dev/host" });
  readonly parents = new Map<string, ParentDirectory>();
  readonly sources = new Map<string, Source>();
  readonly processes = new Set<Process>();
  readonly children = new Map<number, Child>();
  /** Linux 6.5: MOVE_MOUNT_BENEATH. */
  beneath = true;
  /** Linux 5.12: mount_setattr(2) on what is not attached. */
  addsOptions = true;
  /** Before Linux 6.8: an id that no mount has any more is given to the next. */
  reusesIds = false;
  /** Directories above targets can be made: they would lie on a shared mount. */
  sharedRoot = true;
  /** CAP_LINUX_IMMUTABLE: flags can be set and cleared. */
  setsFlags = true;
  nowMs = 1000;
  /** Time that the machine slept, which CLOCK_BOOTTIME counts and CLOCK_MONOTONIC does not. */
  sleptMs = 0;
  #mounts: Mount[] = [];
  #fileSystems: FileSystem[] = [];
  readonly #listeners: ((change: Change) => void)[] = [];
  #lastMountId = 100n;
  #lastDevice = 0;
  readonly #freeDevices: number[] = [];
  #lastPid = 1000;
  #lastUuid = 0;

  /** A process named `name`; its end closes what it holds, and changes no mount. */
  start(name: string): Process {
    const process = new Process(this, name);
    this.processes.add(process);
    return process;
  }

  startChild(): { pid: number; child: Child } {
    const child: Child = { opened: new Map() };
    this.#lastPid += 1;
    this.children.set(this.#lastPid, child);
    return { pid: this.#lastPid, child };
  }

  endChild(pid: number): void {
    this.children.delete(pid);
    this.sweep();
  }

  makeUuid(): string {
    this.#lastUuid += 1;
    return `uuid-${this.#lastUuid}`;
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  /** Null where the mount that it would lie on is not shared. */
  makeParent(path: string): ParentDirectory | null {
    if (!this.sharedRoot) return null;
    const directory = this.host.makeDirectory(path);
    const parent: ParentDirectory = { path, directory, root: path, shared: true, entries: new Map() };
    this.parents.set(path, parent);
    return parent;
  }

  makeFileSystem(options: FileSystemOptions): FileSystem {
    const minor = this.#freeDevices.pop() ?? ++this.#lastDevice;
    const fileSystem = new FileSystem(`0:${minor}`, options);
    this.#fileSystems.push(fileSystem);
    return fileSystem;
  }

  makeMount(root: Directory, options: Iterable<MountOption>, by: string): Mount {
    const id = this.#nextMountId();
    return { id, root, options: new Set(options), state: "detached", at: null, shared: false, by, inside: 0 };
  }

  #nextMountId(): bigint {
    if (!this.reusesIds) return ++this.#lastMountId;
    const claims = [...this.sources.values()].map(({ mount }) => mount);
    const opened = this.#opened().map((each) =>
      each.kind === "tree" ? each.mount : "through" in each && each.through,
    );
    const taken = new Set([...this.#mounts, ...claims, ...opened].map((mount) => (mount ? mount.id : 0n)));
    let id = this.#lastMountId + 1n;
    while (taken.has(id)) id += 1n;
    return id;
  }

  /** Everything mounted on a directory, top first. */
  stackOn(at: Directory): Mount[] {
    return this.#mounts.filter((mount) => mount.at === at).reverse();
  }

  /** Everything that is attached, wherever. */
  allMounts = (): readonly Mount[] => this.#mounts;

  /** Every file system that something holds. */
  allFileSystems(): readonly FileSystem[] {
    return this.#fileSystems;
  }

  findMount(id: bigint): Mount | null {
    return this.#mounts.find((mount) => mount.id === id) ?? null;
  }

  attach(mount: Mount, at: Directory, by: string, beneath = false): void {
    mount.state = "attached";
    mount.at = at;
    const [top] = this.stackOn(at);
    if (beneath && top) this.#mounts.splice(this.#mounts.indexOf(top), 0, mount);
    else this.#mounts.push(mount);
    this.changed({ by, what: beneath ? "attachedBeneath" : "attached", mount, at });
  }

  detach(mount: Mount, by: string): void {
    const { at } = mount;
    if (at === null) throw new Error("a mount that is not attached cannot be detached");
    mount.state = "gone";
    mount.at = null;
    this.#mounts = this.#mounts.filter((each) => each !== mount);
    this.changed({ by, what: "detached", mount, at });
  }

  /** The mount table changed: whoever polls it wakes. */
  changed(change: Change): void {
    for (const process of this.processes) process.mountsChanged = true;
    this.tell(change);
    this.sweep();
  }

  /** Something happened that the mount table does not show. */
  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** What nothing holds any more ends, and its numbers are free. */
  sweep(): void {
    const held = this.#held();
    const pinned = new Set([...held].map(({ fileSystem }) => fileSystem));
    for (const fileSystem of this.#fileSystems)
      if (!pinned.has(fileSystem)) this.#freeDevices.push(Number(fileSystem.superDevice.slice(2)));
    this.#fileSystems = this.#fileSystems.filter((fileSystem) => pinned.has(fileSystem));
    for (const fileSystem of [this.host, ...this.#fileSystems]) fileSystem.sweep(held);
  }

  #held(): Set<Directory> {
    const held = new Set<Directory>();
    const hold = (directory: Directory | null | undefined): void => void (directory && held.add(directory));
    for (const { root, at } of this.#mounts) [root, at].forEach(hold);
    for (const { directory, mount } of this.sources.values()) [directory, mount?.root].forEach(hold);
    for (const { entries } of this.parents.values())
      for (const entry of entries.values()) if (isDirectory(entry)) hold(entry);
    for (const each of this.#opened()) {
      if (each.kind === "tree") hold(each.mount.root);
      else if (each.kind !== "parent") hold(each.directory);
    }
    return held;
  }

  /** What any process has open, volume children included. */
  #opened(): Opened[] {
    const opened = [...this.processes].flatMap(({ descriptors }) => descriptors.all());
    return [...opened, ...[...this.children.values()].flatMap((child) => [...child.opened.values()])];
  }

  toString(): string {
    return printMachine(this);
  }
}

import { mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Consumer, type ConsumerOptions } from "./consumer.ts";
import { FuseVolume } from "./fuse.ts";
import { Place, type Propagation } from "./place.ts";
import type { Program } from "./program.ts";

export interface MachineOptions {
  /** What is mounted at `machine.source`; "none" leaves an empty directory there. */
  volume?: "tmpfs" | "ext4" | "none";
  /** Of the volume, as tmpfs and truncate(1) read it. */
  size?: string;
  /** How many inodes the volume has; its file system's own number by default. */
  inodes?: number;
  /** Whether the node's directory is a shared mount, as a Bidirectional volume is. */
  shared?: boolean;
}

/**
 * A node to break: a private mount namespace with a scratch volume and a directory of the node, which is a shared mount.
 *
 *     <root>/                          private tmpfs: room for configuration files and the like
 *     <root>/volumes/dumps             `source`: the volume, a private mount as a pod's claim is
 *     <root>/node/                     tmpfs, shared: the disk of the node
 *     <root>/node/var/lib/mooring      `parent`
 *     <root>/node/var/lib/mooring/dumps  `target`; not there until somebody makes it
 *
 * Use it with `using`: everything ends and unmounts itself, whatever happens to the test.
 */
export class Machine extends Place {
  readonly root: string;
  readonly source: string;
  /** Mount point of the node's disk. */
  readonly node: string;
  readonly parent: string;
  readonly target: string;
  readonly #tenants: Disposable[] = [];
  #consumers = 0;

  private constructor(holder: Program, root: string) {
    super(holder);
    this.root = root;
    this.source = join(root, "volumes/dumps");
    this.node = join(root, "node");
    this.parent = join(this.node, "var/lib/mooring");
    this.target = join(this.parent, "dumps");
  }

  static async start({ volume = "tmpfs", size = "64m", inodes, shared = true }: MachineOptions = {}): Promise<Machine> {
    const root = mountPointOfAllMachines();
    const machine = new Machine(await Place.hold(null, "private"), root);
    try {
      await machine.sh(layOut, {
        args: [root, machine.source, machine.node, machine.parent, shared ? "shared" : "private"],
      });
      await machine.sh(mountVolume[volume], {
        args: [machine.source, size, inodes === undefined ? "" : String(inodes)],
      });
      return machine;
    } catch (error) {
      machine[Symbol.dispose]();
      throw error;
    }
  }

  /** Another mount namespace with the same mounts: "shared" stands for the host, beside whose agent we live. */
  async peer(propagation: Propagation = "shared"): Promise<Place> {
    return this.#keep(await Place.open(this, propagation));
  }

  /** The namespace of a pod whose Bidirectional volume is the node's parent directory. */
  async pod(): Promise<Pod> {
    return this.#keep(await Pod.start(this));
  }

  /** A look at the bare directory: a private namespace in which nothing is mounted at the target, nor at another one. */
  async below(other: string = this.target): Promise<Place> {
    const place = this.#keep(await Place.open(this, "private"));
    await place.sh(`for at in "$@"; do while mountpoint -q "$at"; do umount -l "$at"; done; done`, {
      args: [this.target, other],
    });
    return place;
  }

  /** An application in a namespace of its own that receives the node's mounts and writes below the target. */
  async consumer(options: ConsumerOptions = {}): Promise<Consumer> {
    this.#consumers += 1;
    const place = this.#keep(await Place.open(this, options.propagation ?? "slave"));
    return Consumer.start({ machine: this, place, name: `consumer-${this.#consumers}`, options });
  }

  /** A FUSE volume mounted at a directory (by default the source), with its daemon in the test's hands. */
  fuse(at: string = this.source): Promise<FuseVolume> {
    return FuseVolume.mount(this, at);
  }

  /** Only its own: those that it took along lose some when a directory below them is removed from the computer. */
  override mountCount(): number {
    return this.mountinfo().filter(({ mountPoint }) => `${mountPoint}/`.startsWith(`${this.root}/`)).length;
  }

  override [Symbol.dispose](): void {
    for (const tenant of this.#tenants) tenant[Symbol.dispose]();
    super[Symbol.dispose]();
  }

  #keep<T extends Disposable>(tenant: T): T {
    this.#tenants.push(tenant);
    return tenant;
  }
}

/** Sees the parent as a mount of its own, so that renaming it on the node does not move it here. */
export class Pod extends Place {
  readonly parent: string;
  readonly target: string;

  private constructor(holder: Program, parent: string) {
    super(holder);
    this.parent = parent;
    this.target = join(parent, "dumps");
  }

  static async start(machine: Machine): Promise<Pod> {
    const pod = new Pod(await Place.hold(machine, "shared"), join(machine.root, "pod"));
    // The bind is a peer of the node's disk, and takes along what is mounted there, as a container runtime's does. The
    // disk itself goes, as a container does not see it anywhere else: private first, or its mounts would go on the node.
    await pod.sh(`mkdir -p "$2"; mount --rbind "$1" "$2"; mount --make-rprivate "$3"; umount -l "$3"`, {
      args: [machine.parent, pod.parent, machine.node],
    });
    return pod;
  }
}

const layOut = `
  mount -t tmpfs -o mode=755,size=1g root "$1"
  mkdir -p "$2" "$3"
  mount -t tmpfs -o mode=755,size=64m node "$3"
  mount --make-"$5" "$3"
  mkdir -p "$4"
`;

/**
 * "$1": where, "$2": size, "$3": inodes or "". The loop device goes with its last mount, and its image with it: the
 * image must not lie on a mount that the volume is mounted below, or the two would keep each other for ever once the
 * whole tree is detached at once.
 */
const mountVolume: Record<NonNullable<MachineOptions["volume"]>, string> = {
  tmpfs: `mount -t tmpfs -o "mode=755,size=$2\${3:+,nr_inodes=$3}" scratch "$1"`,
  ext4: `
    mount -t tmpfs images "$1"
    image="$1/volume-$$.img"
    truncate -s "$2" "$image"
    mkfs.ext4 -q -F -m 0 \${3:+-N "$3"} "$image"
    loop=$(losetup -f --show "$image")
    umount -l "$1"
    mount "$loop" "$1" || failed=1
    losetup -d "$loop"
    [ -z "\${failed:-}" ]`,
  none: "",
};

/**
 * One directory for all: each machine mounts its own root there, in a namespace of its own. It is never removed, as
 * removing a directory unmounts what other namespaces have on it, all at once and connected (__detach_mounts).
 */
const mountPointOfAllMachines = (): string => {
  const path = join(realpathSync(tmpdir()), "mooring-test");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
};

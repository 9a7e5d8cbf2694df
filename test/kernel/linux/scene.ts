import type { Kernel, Parent } from "../../../agent/keeper/port.ts";
import type * as OpenModule from "../../../agent/kernel/open.ts";
import { AT_FDCWD, NO_LINKS, O_DIRECTORY, O_PATH } from "../../../agent/kernel/open.ts";
import { Machine, type MachineOptions } from "../harness/machine.ts";
import { type Denied, refusing } from "../harness/old-kernel.ts";
import type { Place } from "../harness/place.ts";
import { Inside, type Remote } from "./inside.ts";

/** This kernel as it is, and with each of its newer capabilities denied, alone and all together. */
export const kernels: [name: string, denied: Denied][] = [
  ["this kernel", []],
  ["without mount_setattr", ["mountSetattr"]],
  ["without MOVE_MOUNT_BENEATH", ["beneath"]],
  ["without statmount", ["statmount", "statmountNames"]],
  ["without the names in statmount", ["statmountNames"]],
  ["as before Linux 5.12", ["mountSetattr", "beneath", "statmount", "statmountNames"]],
];

/** The newest and the oldest of them. */
export const extremes = kernels.filter(([, denied]) => denied.length === 0 || denied.length === 4);

/** A machine, and in it the keeper's port on the real kernel. */
export class Scene implements Disposable {
  readonly machine: Machine;
  readonly inside: Inside;
  readonly port: Remote<Kernel>;

  private constructor(machine: Machine, inside: Inside, port: Remote<Kernel>) {
    this.machine = machine;
    this.inside = inside;
    this.port = port;
  }

  static async open(denied: Denied = [], options: MachineOptions = {}): Promise<Scene> {
    const machine = await Machine.start(options);
    try {
      const inside = await Inside.start(machine, refusing(denied));
      return new Scene(machine, inside, await inside.port(denied));
    } catch (error) {
      machine[Symbol.dispose]();
      throw error;
    }
  }

  /** The opened parent of the target, with the bare directory made. */
  async parent(): Promise<Parent> {
    const parent = await this.port.openParent(this.machine.target);
    const bare = await this.port.openBare(parent);
    await this.port.close(bare.fd);
    return parent;
  }

  /** A descriptor of a directory, as a volume child has one of the source. */
  directory(path: string = this.machine.source): Promise<number> {
    const { openat2 } = this.inside.module<typeof OpenModule>("kernel/open.ts");
    return openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, NO_LINKS);
  }

  /** Attaches a directory, by default the source, at the target; returns the mount's id. */
  async attach(parent: Parent, path?: string): Promise<bigint> {
    const source = await this.directory(path);
    const tree = await this.port.cloneSource(source, ["nosuid", "nodev"]);
    await this.port.attach(tree, parent);
    for (const fd of [source, tree]) await this.port.close(fd);
    return this.topId(parent);
  }

  /** The id of the mount on top at the target. */
  async topId(parent: Parent): Promise<bigint> {
    const top = await this.port.look(parent);
    if (top.kind !== "mount") throw new Error(`nothing is mounted at ${this.machine.target}: ${top.kind}`);
    return top.id;
  }

  /** How many mounts there are at and below the machine's root, and on processes. Others come and go on a busy host. */
  count(place: Place = this.machine): number {
    return place
      .mountinfo()
      .filter(({ mountPoint }) => mountPoint.startsWith(this.machine.root) || mountPoint.startsWith("/proc/")).length;
  }

  sh(script: string, ...args: string[]): Promise<string> {
    const { source, target, parent, root } = this.machine;
    return this.machine.sh(script, { args: [source, target, parent, root, ...args] });
  }

  [Symbol.dispose](): void {
    this.machine[Symbol.dispose]();
  }
}

import { ancestors } from "../../../agent/core/config/path.ts";
import type { Kernel, Parent } from "../../../agent/keeper/port.ts";
import { kernelError } from "./faults.ts";
import type { Machine } from "./machine.ts";
import { isDirectory, type ParentDirectory } from "./mount.ts";
import type { Process } from "./process.ts";

type Paths = Pick<
  Kernel,
  "openParent" | "inspectParent" | "isInPlace" | "recordAbove" | "deviceOver" | "mountPointsIn"
>;

/** The part of the port that goes by paths: to the directories above targets, and through the mount table. */
export function pathsFor(machine: Machine, { descriptors }: Process): Paths {
  const { faults } = machine;
  const directoryOf = ({ fd }: Parent): ParentDirectory => descriptors.at(fd, "parent").parent;
  const isInPlace = (parent: Parent): boolean => {
    const held = directoryOf(parent);
    return !held.directory.removed && machine.parents.get(held.path) === held;
  };

  return {
    openParent(target) {
      const cut = target.lastIndexOf("/");
      const path = target.slice(0, cut);
      faults.check("openParent", path);
      const parent = machine.parents.get(path) ?? machine.makeParent(path);
      if (!parent) throw kernelError("mkdirat", path, "ENOENT");
      return { fd: descriptors.open({ kind: "parent", parent }), path, name: target.slice(cut + 1) };
    },
    inspectParent(parent) {
      faults.check("inspectParent", parent.path);
      const { root, shared } = directoryOf(parent);
      return { replaced: !isInPlace(parent), root, shared };
    },
    isInPlace(parent) {
      faults.check("isInPlace", parent.path);
      return isInPlace(parent);
    },
    recordAbove(target) {
      faults.check("recordAbove", target);
      for (const path of ancestors(target).reverse()) {
        const found = machine.parents
          .get(path.slice(0, path.lastIndexOf("/")))
          ?.entries.get(path.slice(path.lastIndexOf("/") + 1));
        if (!found || !isDirectory(found) || found.record === null) continue;
        const [top] = machine.stackOn(found);
        if (top || found.immutable) return { path, record: found.record, mountId: top?.id ?? null };
      }
      return null;
    },
    deviceOver(path) {
      faults.check("deviceOver", path);
      return machine.sources.get(path)?.directory.fileSystem.superDevice ?? null;
    },
    mountPointsIn(directories) {
      faults.check("mountPointsIn", [...directories].join());
      const parents = [...directories].flatMap((path) => machine.parents.get(path) ?? []);
      return parents.flatMap(({ path, entries }) => {
        const covered = [...entries].filter(([, entry]) => isDirectory(entry) && machine.stackOn(entry).length > 0);
        return covered.map(([name]) => `${path}/${name}`);
      });
    },
  };
}

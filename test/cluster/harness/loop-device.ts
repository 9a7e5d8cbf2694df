import type { Stage } from "./stage.ts";

/**
 * A block device of a node: a file as a loop device, without a file system. Its file is below the stage's directory; the
 * device goes when the stage closes, as soon as nothing uses it any more.
 */
export const makeLoopDevice = async (stage: Stage, node: string): Promise<string> => {
  const device = await stage.cluster.onNode(node, make, `${stage.folder}/disk`);
  stage.later(() => stage.cluster.onNode(node, 'losetup --detach "$1"', device));
  return device;
};

// The container that is the node has only some of the machine's device files, and others may take the number in between.
const make = `
  mkdir -p "$(dirname "$1")"
  truncate -s 64M "$1"
  for try in $(seq 20); do
    device=$(losetup --find)
    [ -b "$device" ] || mknod "$device" b 7 "\${device#/dev/loop}"
    if losetup "$device" "$1" 2>/dev/null; then
      echo "$device"
      exit
    fi
  done
  losetup --find --show "$1"
`;

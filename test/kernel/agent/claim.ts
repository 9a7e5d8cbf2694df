import type { Machine } from "../harness/machine.ts";

/**
 * A directory of the root file system on which nothing is mounted, as the mount point of a claim is in a container: what
 * lies above the machine's own source is a mount, so that one counts as a source even when nothing is mounted there.
 * What a test mounts on it, only its machine sees.
 */
export const claimDirectory = (machine: Machine): string => {
  const free = ["/srv", "/mnt", "/media", "/opt"].find((path) => machine.mountsAt(path).length === 0);
  if (!free) throw new Error("every directory that this test would use has something mounted on it");
  return free;
};

import { openSync } from "node:fs";
import { getXattr } from "../../../agent/kernel/inode.ts";
import { close } from "../../../agent/kernel/open.ts";
import { statx } from "../../../agent/kernel/statx.ts";
import type { Place } from "../harness/place.ts";

/** A directory as a process in that place sees it. */
export const directoryIn = (place: Place, path: string) => {
  const fd = openSync(`/proc/${place.pid}/root${path}`, "r");
  try {
    const { mode, immutable } = statx(fd, "");
    return { mode: mode & 0o7777, immutable, record: getXattr(fd, path, "trusted.mooring") };
  } finally {
    close(fd);
  }
};

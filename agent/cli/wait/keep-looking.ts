import { writeSync } from "node:fs";
import { delayAfter } from "../../core/backoff.ts";
import { MountWatch, makeSignal } from "../../kernel/wait.ts";
import { look } from "./look.ts";

/** Between two looks: quickly at first, and at once when a mount changes, but never in a tight loop. */
const backoff = { minMs: 50, maxMs: 1000 };
const shortestMs = 20;
const whileReadyMs = 250;

/**
 * Looks at the path for ever and writes each sighting to standard output as a line of JSON. Ends when nobody reads them.
 * Synchronous: nothing else happens in this process, and a look may never return.
 */
export const keepLooking = (path: string): void => {
  const sleep = makeSleep();
  for (let attempts = 1; ; attempts += 1) {
    const sighting = look(path);
    try {
      writeSync(1, `${JSON.stringify(sighting)}\n`);
    } catch {
      return;
    }
    const mountsChanged = sleep(sighting.ready ? whileReadyMs : delayAfter(backoff, attempts));
    if (mountsChanged) {
      attempts = 0;
      Bun.sleepSync(shortestMs);
    }
  }
};

/** Wakes early when a mount comes or goes, where this container may poll for that. Returns whether it did. */
const makeSleep = (): ((ms: number) => boolean) => {
  try {
    const watch = new MountWatch(makeSignal());
    return (ms) => watch.wait(ms).mountsChanged;
  } catch {
    // An old kernel or a strict seccomp profile: the backoff alone is quick enough.
    return (ms) => {
      Bun.sleepSync(ms);
      return false;
    };
  }
};

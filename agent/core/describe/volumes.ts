import { sayLeft } from "../rescue.ts";
import { count, sayBytes, sayDuration } from "../say.ts";
import type { Tellers } from "./telling.ts";

/** What was found in a volume, and brought into it. */
export const volumes = {
  probed: ({ mount, ok, durationMs, problem, again = false }) => {
    const outcome = ok ? "the volume answered" : `the volume failed its probe: ${problem ?? "no reason given"}`;
    const message = `${mount}: ${outcome} (${sayDuration(durationMs)})`;
    return { level: ok || again ? "debug" : "warn", message, mount, ok, durationMs, problem };
  },
  probeStuck: ({ mount, forMs }) => {
    const message = `${mount}: the volume has not answered for ${sayDuration(forMs)}; no second probe is started beside this one`;
    return { level: "warn", message, mount, forMs };
  },
  probeAnswered: ({ mount, afterMs }) => ({
    level: "warn",
    message: `${mount}: the volume answered at last, after ${sayDuration(afterMs)}`,
    mount,
    afterMs,
  }),
  volumeNew: ({ mount, uuid }) => ({
    level: "info",
    message: `${mount}: marked a volume that is new here as ${uuid}`,
    mount,
    uuid,
  }),
  volumeChanged: ({ mount, from, to }) => {
    const message = `${mount}: another volume than before: ${to}, was ${from}; taken as a restored or a new one`;
    return { level: "warn", message, mount, from, to };
  },
  rescued: ({ mount, files, bytes, elsewhere, folder }) => {
    const taken = elsewhere === 0 ? "" : `; ${elsewhere} whose name was taken there lie in ${folder}`;
    const message = `${mount}: moved ${count(files, "file")} (${sayBytes(bytes)}) that lay hidden under the mount into the volume${taken}`;
    return { level: elsewhere === 0 ? "info" : "warn", message, mount, files, bytes, elsewhere, folder };
  },
  rescueLeft: ({ mount, left, example, again = false }) => {
    const message = `${mount}: files stay hidden under the mount: ${sayLeft(left)}; for one, ${example}; tried again later`;
    return { level: again ? "debug" : "warn", message, mount, ...left, example };
  },
  syncFailed: ({ mount, why }) => {
    const message = `${mount}: what was written last may not have reached the storage yet: ${why}; it is released all the same, and the kernel goes on writing`;
    return { level: "warn", message, mount, why };
  },
} satisfies Partial<Tellers>;

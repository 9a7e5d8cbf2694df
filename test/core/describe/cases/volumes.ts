import type { TraceBody } from "../../../../agent/core/trace.ts";
import { mount } from "./examples.ts";

/** Said of the volumes. */
export const volumes: [TraceBody, said: string][] = [
  [
    { kind: "connectionAborted", mount, fsType: "fuse.s3fs", connection: 321, waiting: 2 },
    "warn: dumps: aborted the fuse.s3fs connection that does not answer, as onHang says; 2 requests failed, and so does everything on it until it is mounted anew",
  ],
  [{ kind: "probed", mount, ok: true, durationMs: 3.2, problem: null }, "debug: dumps: the volume answered (3.2 ms)"],
  [
    { kind: "probed", mount, ok: false, durationMs: 5000, problem: "EIO" },
    "warn: dumps: the volume failed its probe: EIO (5.0 s)",
  ],
  [
    { kind: "probed", mount, ok: false, durationMs: 5000, problem: "EIO", again: true },
    "debug: dumps: the volume failed its probe: EIO (5.0 s)",
  ],
  [
    { kind: "probed", mount, ok: false, durationMs: 1, problem: null },
    "warn: dumps: the volume failed its probe: no reason given (1.0 ms)",
  ],
  [
    { kind: "probeStuck", mount, forMs: 5000 },
    "warn: dumps: the volume has not answered for 5.0 s; no second probe is started beside this one",
  ],
  [{ kind: "probeAnswered", mount, afterMs: 90_000 }, "warn: dumps: the volume answered at last, after 1 min 30 s"],
  [{ kind: "volumeNew", mount, uuid: "u" }, "info: dumps: marked a volume that is new here as u"],
  [
    { kind: "volumeChanged", mount, from: "u", to: "v" },
    "warn: dumps: another volume than before: v, was u; taken as a restored or a new one",
  ],
  [
    { kind: "rescued", mount, files: 3, bytes: 2048, elsewhere: 0, folder: null },
    "info: dumps: moved 3 files (2.00 KiB) that lay hidden under the mount into the volume",
  ],
  [
    {
      kind: "rescued",
      mount,
      files: 3,
      bytes: 2048,
      elsewhere: 1,
      folder: ".mooring/nodes/a/rescued/20260503T020100Z",
    },
    "warn: dumps: moved 3 files (2.00 KiB) that lay hidden under the mount into the volume; 1 whose name was taken there lie in .mooring/nodes/a/rescued/20260503T020100Z",
  ],
  [
    {
      kind: "rescueLeft",
      mount,
      left: { busy: 2, noRoom: 1, special: 0, failed: 0 },
      example: "app/log is being written",
    },
    "warn: dumps: files stay hidden under the mount: 2 being written, 1 too large for what the volume has left; for one, app/log is being written; tried again later",
  ],
  [
    {
      kind: "rescueLeft",
      mount,
      left: { busy: 0, noRoom: 0, special: 1, failed: 1 },
      example: "pipe is a device, FIFO or socket",
      again: true,
    },
    "debug: dumps: files stay hidden under the mount: 1 neither file nor link, 1 not to be moved; for one, pipe is a device, FIFO or socket; tried again later",
  ],
  [
    { kind: "syncFailed", mount, why: "syncfs /t: EIO" },
    "warn: dumps: what was written last may not have reached the storage yet: syncfs /t: EIO; it is released all the same, and the kernel goes on writing",
  ],
];

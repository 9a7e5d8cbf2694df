import { breakAtPoint, killBetweenSteps, restart, secondAgent } from "./agent.ts";
import { unlock, writeBelow } from "./below.ts";
import { type Fault, ofEither } from "./fault.ts";
import { bindAgain, cover, coverReplaced, remount, unmount } from "./on-top.ts";
import { makePrivate, reload, unconfigure } from "./surroundings.ts";
import { answerErrors, deleteSource, fill, hang, loseSource, standStill } from "./volume.ts";

/** Everything that happens on the walk, more often or less. */
export const faults: readonly Fault[] = [
  ...ofEither((name) => unmount(name, false)),
  ...ofEither((name) => unmount(name, true)),
  ...ofEither(bindAgain),
  ...ofEither((name) => remount(name, "ro", "remounted read-only")),
  ...ofEither((name) => remount(name, "suid,dev", "flags taken away")),
  ...ofEither(unlock),
  ...ofEither(writeBelow),
  restart("SIGTERM"),
  restart("SIGKILL"),
  breakAtPoint,
  killBetweenSteps,
  cover,
  coverReplaced,
  deleteSource,
  loseSource,
  fill,
  hang,
  standStill,
  answerErrors("EIO", "InputOutputError"),
  answerErrors("ESTALE", "StaleHandle"),
  answerErrors("ENOTCONN", "Disconnected"),
  makePrivate,
  reload,
  unconfigure,
  secondAgent,
];

import { KernelError } from "./error.ts";

/** Put in by ci/build. It is asked for here, and not in build.ts, as the bundler drops dead code file by file. */
declare const MOORING_TEST_BUILD: boolean;

/** Between which two steps of the keeper, or of a rescue, a test can break the agent or its volume child. */
export type FaultPoint =
  | "secure.locked"
  | "seal.open"
  | "seal.recorded"
  | "secure.sealed"
  | "attach.recorded"
  | "attach.attached"
  | "heal.due"
  | "heal.attached"
  | "replace.recorded"
  | "replace.beneath"
  | "replace.bare"
  | "replace.replaced"
  | "anchor.held"
  | "detach.due"
  | "detach.detached"
  | "rescue.begun"
  | "rescue.locked"
  | "rescue.held"
  | "rescue.aside"
  | "rescue.copied"
  | "rescue.published"
  | "rescue.settled"
  | "rescue.removed"
  | "rescue.swept"
  | "rescue.back";

/**
 * Breaks the agent here when the environment says so: MOORING_FAULT=<point>[:kill|throw|<errno>][,…]. Each one happens
 * once, when its point is passed for the first time: SIGKILL, an exception that nobody expects, or the kernel refusing
 * with that errno. A release build has nothing of it but an empty function.
 */
export function faultAt(point: FaultPoint): void {
  if (typeof MOORING_TEST_BUILD === "boolean" && !MOORING_TEST_BUILD) return;
  const asked = process.env.MOORING_FAULT?.split(",") ?? [];
  const found = asked.find((fault) => fault.split(":")[0] === point);
  if (found === undefined) return;
  process.env.MOORING_FAULT = asked.filter((fault) => fault !== found).join();
  const how = found.split(":")[1] ?? "kill";
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  if (how === "throw") throw new Error(`fault at ${point}`);
  throw new KernelError("fault", point, Number(how));
}

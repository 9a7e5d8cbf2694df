import { sayLeft } from "../../agent/core/rescue.ts";
import type { Trace } from "../../agent/core/trace.ts";

/** A trace as one short line that test cases compare. */
export function say(trace: Trace): string {
  switch (trace.kind) {
    case "conditionChanged":
      return `${trace.mount} is ${trace.to.state}/${trace.to.reason}`;
    case "attached":
      return `${trace.mount} ${trace.how}`;
    case "actionFailed":
      return `${trace.mount} ${trace.action} failed: ${trace.error.op} ${trace.error.code}, again in ${trace.retryInMs} ms`;
    case "bareDirectoryLocked":
      return `${trace.mount} bare directory locked${trace.immutable ? "" : ", without the flag"}`;
    case "optionsRestored":
      return `${trace.mount} options restored, were ${trace.was.join(",")}`;
    case "unstacked":
      return `${trace.mount} brought down from ${trace.from} to ${trace.to}`;
    case "orphanFound":
      return `orphan at ${trace.target} of ${trace.instance}, ${trace.holder}`;
    case "connectionAborted":
      return `${trace.mount} aborted connection ${trace.connection} of ${trace.fsType}`;
    case "rescued":
      return `${trace.mount} rescued ${trace.files}`;
    case "rescueLeft":
      return `${trace.mount} left hidden: ${sayLeft(trace.left)}${trace.again ? ", again" : ""}`;
    case "released":
      return `${trace.mount} released`;
    case "recoveryTimeout":
      return `${trace.mount} not recovered`;
    case "volumeNew":
      return `${trace.mount} volume is new: ${trace.uuid}`;
    case "volumeChanged":
      return `${trace.mount} volume was ${trace.from}, is ${trace.to}`;
    default:
      return trace.kind;
  }
}

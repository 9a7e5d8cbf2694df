import { detectCapabilities } from "../../kernel/capabilities.ts";
import { describeByStatmount, describeByTable } from "../../kernel/describe.ts";
import { KernelError } from "../../kernel/error.ts";
import { readLine, untilEnd, writeLine } from "../../kernel/pipe.ts";
import { endWithParent } from "../../kernel/process.ts";
import type { VolumeRequest } from "../request.ts";
import { writeExamines, writeReport } from "../wire.ts";
import { examine } from "./examine.ts";

const SIGKILL = 9;
const STDIN = 0;
const STDOUT = 1;

/**
 * The volume child: one request on standard input, one answer on standard output, then it waits until standard input
 * ends, so that the keeper can take over the descriptor that the answer names. Ends with its parent.
 */
export function runVolumeChild(): number {
  endWithParent(SIGKILL);
  const request = JSON.parse(readLine(STDIN)) as VolumeRequest;
  const capabilities = detectCapabilities();
  const describe = capabilities.statmount ? describeByStatmount(capabilities.statmountNames) : describeByTable;
  try {
    writeLine(STDOUT, writeReport(examine(request, describe, (device) => writeLine(STDOUT, writeExamines(device)))));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  untilEnd(STDIN);
  return 0;
}

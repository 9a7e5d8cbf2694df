import type { VolumeReport } from "../../core/volume-report.ts";
import { type Capabilities, detectCapabilities } from "../../kernel/capabilities.ts";
import { monotonicMs } from "../../kernel/clock.ts";
import { describeByStatmount, describeByTable } from "../../kernel/describe.ts";
import { KernelError } from "../../kernel/error.ts";
import { isEndedWithin, readLine, untilEnd, writeLine } from "../../kernel/pipe.ts";
import { endWithParent } from "../../kernel/process.ts";
import type { VolumeRequest } from "../request.ts";
import { PROGRESS, readRequest, writeExamines, writeReport } from "../wire.ts";
import { examine } from "./examine.ts";
import { rescue } from "./rescue/rescue.ts";

const SIGKILL = 9;
const STDIN = 0;
const STDOUT = 1;

/**
 * The volume child: one request on standard input, one answer on standard output, then it waits until standard input
 * ends, so that the keeper can take over the descriptor that the answer names. Ends with its parent. A rescue may take
 * long, and says before the answer that it is at work; it ends early when standard input does.
 */
export function runVolumeChild(): number {
  endWithParent(SIGKILL);
  const request = readRequest(readLine(STDIN));
  const capabilities = detectCapabilities();
  const describe = capabilities.statmount ? describeByStatmount(capabilities.statmountNames) : describeByTable;
  try {
    const report = examine(request, describe, (device) => writeLine(STDOUT, writeExamines(device)));
    writeLine(STDOUT, writeReport(withRescue(report, request, capabilities)));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  untilEnd(STDIN);
  return 0;
}

/** Only into a volume that proved usable just now; that nothing was done is told as null. */
function withRescue(report: VolumeReport, request: VolumeRequest, { mountSetattr }: Capabilities): VolumeReport {
  const order = request.rescue;
  if (!order) return report;
  if (report.volume?.through !== "target" || report.volume.problem) return { ...report, rescued: null };
  const rescued = rescue({
    request,
    order,
    mountSetattr,
    now: monotonicMs,
    wallMs: () => Date.now(),
    sleep: (ms) => isEndedWithin(STDIN, ms),
    progress: () => writeLine(STDOUT, PROGRESS),
  });
  return { ...report, rescued };
}

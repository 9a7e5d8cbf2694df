import type { VolumeReport } from "../../agent/core/volume-report.ts";
import { detectCapabilities } from "../../agent/kernel/capabilities.ts";
import { describeByStatmount, describeByTable } from "../../agent/kernel/describe.ts";
import { close } from "../../agent/kernel/open.ts";
import { examine } from "../../agent/volume/child/examine.ts";
import type { VolumeRequest } from "../../agent/volume/request.ts";

const { statmount, statmountNames } = detectCapabilities();
const describe = statmount ? describeByStatmount(statmountNames) : describeByTable;

/** What a volume child does with a request, in a process that lives on; `times` over. */
export const look = (request: VolumeRequest, times = 1): VolumeReport => {
  for (let round = 1; ; round += 1) {
    const report = examine(request, describe);
    if (report.source?.ok) close(report.source.fd);
    if (round === times) return report;
  }
};

/** How often each finding came of that many looks: `well`, the reason of a remark, or the message of a problem. */
export const lookEach = (request: VolumeRequest, times: number): Record<string, number> => {
  const found: Record<string, number> = {};
  for (let round = 0; round < times; round += 1) {
    const { volume } = look(request);
    const what = volume?.problem?.message ?? volume?.remark?.reason ?? "well";
    found[what] = (found[what] ?? 0) + 1;
  }
  return found;
};

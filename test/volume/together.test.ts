import { describe, expect, test } from "bun:test";
import type { VolumeReport } from "../../agent/core/volume-report.ts";
import { Machine } from "../kernel/harness/machine.ts";
import { Inside } from "../kernel/linux/inside.ts";
import { askChild, requestFor } from "./ask.ts";
import type * as Look from "./look.ts";

/** Several processes that look at the machine's volume at the same time, each on behalf of a node. */
const lookTogether = async (machine: Machine, nodes: string[], times: number): Promise<VolumeReport[]> => {
  const started = await Promise.all(nodes.map(() => Inside.start(machine)));
  const looks = started.map((inside) => inside.module<typeof Look>("../test/volume/look.ts"));
  return Promise.all(looks.map(({ look }, index) => look(requestFor(machine, { node: nodes[index] ?? "" }), times)));
};

const outcomes = (reports: VolumeReport[]) =>
  reports.map(({ volume }) => [volume?.problem ?? null, volume?.remark ?? null]);

describe.each([
  ["four nodes", ["node-a", "node-b", "node-c", "node-d"]],
  ["two agents on one node, as during a rollout,", ["node-a", "node-a"]],
] as const)("%s at once", (_, nodes) => {
  test("agree on one identity for a fresh volume", async () => {
    for (let round = 0; round < 5; round += 1) {
      using machine = await Machine.start();
      const reports = await lookTogether(machine, [...nodes], 1);
      expect(outcomes(reports)).toEqual(nodes.map(() => [null, null]));
      const uuids = new Set(reports.map(({ volume }) => volume?.identity.uuid));
      expect([...uuids]).toEqual([await machine.read(`${machine.source}/.ready`)]);
      const names = await machine.sh(`find "$1" -type f -printf '%f\\n' | sort | uniq`, { args: [machine.source] });
      expect(names.split("\n")).toEqual([".ready", "probe", "volume.json"]);
    }
  });

  test("never take each other's probes for a fault of the storage", async () => {
    using machine = await Machine.start({ volume: "ext4" });
    await askChild(machine);
    for (let round = 0; round < 10; round += 1)
      expect(outcomes(await lookTogether(machine, [...nodes], 50))).toEqual(nodes.map(() => [null, null]));
  });
});

test("children at once on a fresh volume agree too", async () => {
  using machine = await Machine.start();
  const answers = await Promise.all([1, 2, 3].map(() => askChild(machine)));
  expect(new Set(answers.map(({ volume }) => volume.identity.uuid)).size).toBe(1);
  expect(answers.map(({ volume }) => [volume.problem, volume.remark])).toEqual([1, 2, 3].map(() => [null, null]));
});

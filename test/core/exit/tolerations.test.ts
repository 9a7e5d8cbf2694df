import { describe, expect, test } from "bun:test";
import { readTolerations, untolerated } from "../../../agent/core/exit/tolerations.ts";

describe("a toleration", () => {
  const taint = { key: "gpu", value: "yes", effect: "NoSchedule", raw: {} };
  test.each([
    [{ key: "gpu", operator: "Exists" }, true],
    [{ key: "gpu", operator: "Equal", value: "yes" }, true],
    [{ key: "gpu", value: "yes" }, true],
    [{ key: "gpu", value: "no" }, false],
    [{ key: "gpu" }, false],
    [{ key: "cpu", operator: "Exists" }, false],
    [{ operator: "Exists" }, true],
    [{ operator: "Equal", value: "yes" }, false],
    [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }, true],
    [{ key: "gpu", operator: "Exists", effect: "NoExecute" }, false],
    [{ key: "gpu", operator: "Near" }, false],
    [null, false],
  ])("%j: %p", (toleration, expected) => {
    expect(untolerated([taint], readTolerations([toleration])) === null).toBe(expected);
  });
});

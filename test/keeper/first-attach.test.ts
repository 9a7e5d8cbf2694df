import { expect, test } from "bun:test";
import { mountOf } from "./configuration.ts";
import { worldWith } from "./world.ts";

test("a source is attached once its volume is verified", () => {
  const world = worldWith(mountOf({ name: "dumps" }));
  expect(world.agent.said()).toEqual([
    "dumps bare directory locked",
    "dumps is Unknown/NotYetVerified",
    "dumps volume is new: uuid-1",
    "dumps attached",
    "dumps is Healthy/Verified",
  ]);
  expect(String(world.machine)).toBe("/host/dumps: dumps:/dumps nodev,nosuid over sealed directory held by one");
});

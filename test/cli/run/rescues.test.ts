import { expect, jest, test } from "bun:test";
import { Rescues } from "../../../agent/cli/run/rescues.ts";
import { type Apart, nothingApart, type RescueOrder } from "../../../agent/core/rescue.ts";

const directory = { device: "0:1", inode: 2n };
const order: RescueOrder = { into: directory, bare: directory };
const apart: Apart = { roots: ["log"], points: [] };

const made = () => {
  const passed: RescueOrder[] = [];
  const prober = { mount: "dumps", rescue: (each: RescueOrder) => void passed.push(each) };
  return { passed, rescues: new Rescues((target) => (target === "/target" ? prober : null)) };
};

test("an order is passed on with what pods have mounted by themselves", () => {
  const { passed, rescues } = made();
  rescues.learn({ apart: (mount) => (mount === "dumps" ? apart : null) });
  rescues.order("/target", order);
  rescues.order("/not configured any more", order);
  expect(passed).toEqual([{ ...order, apart }]);
});

test("where there are no pods to know, at once", () => {
  const { passed, rescues } = made();
  rescues.learn(null);
  rescues.order("/target", order);
  expect(passed).toEqual([{ ...order, apart: nothingApart }]);
});

test("it waits until the pods are known, and is passed on once", () => {
  jest.useFakeTimers();
  try {
    const { passed, rescues } = made();
    rescues.order("/target", order);
    rescues.order("/target", order);
    jest.advanceTimersByTime(10_000);
    expect(passed).toEqual([]);
    rescues.learn({ apart: () => apart });
    jest.advanceTimersByTime(10_000);
    expect(passed).toEqual([{ ...order, apart }]);
  } finally {
    jest.useRealTimers();
  }
});

test("but not for ever", () => {
  jest.useFakeTimers();
  try {
    const { passed, rescues } = made();
    rescues.order("/target", order);
    jest.advanceTimersByTime(59_000);
    expect(passed).toEqual([]);
    jest.advanceTimersByTime(2000);
    expect(passed).toEqual([order]);
  } finally {
    jest.useRealTimers();
  }
});

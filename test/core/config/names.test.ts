import { expect, test } from "bun:test";
import {
  conditionType,
  dnsLabel,
  dnsSubdomain,
  labelKey,
  labelSafeName,
  taint,
} from "../../../agent/core/config/names.ts";
import { placeOf } from "../../../agent/core/config/problem.ts";
import type { Reader } from "../../../agent/core/config/reader.ts";

const accepts = (reader: Reader<string>, text: string): boolean => reader(text, placeOf([], "key")) === text;

const cases: [what: string, reader: Reader<string>, right: string[], wrong: string[]][] = [
  [
    "a DNS label",
    dnsLabel,
    ["a", "dumps", "a-b", "0", "a0", "x".repeat(63)],
    ["", "-a", "a-", "A", "a.b", "a_b", "ä", "a b", "a\n", "x".repeat(64)],
  ],
  [
    "a DNS name",
    dnsSubdomain,
    ["node-1", "ip-10-0-0-1.eu-west-1.compute.internal", "a.b"],
    ["", ".", "a.", ".a", "a..b", "Node", "a_b", `${"a.".repeat(126)}ab`],
  ],
  [
    "a name that labels can hold",
    labelSafeName,
    ["mooring", "Team_A.mooring-1", "x".repeat(63)],
    ["", "-a", "a-", "_a", "a/b", "a b", "x".repeat(64), "a\n"],
  ],
  [
    "a label key",
    labelKey,
    ["volume-mounts", "example.com/volume-mounts", "a/B_c.d"],
    ["", "/", "a/", "/a", "a/b/c", "A.com/x", "a b", `a/${"x".repeat(64)}`],
  ],
  [
    "a condition type",
    conditionType,
    ["VolumeMountsReady", "example.com/VolumeMountsReady"],
    ["", "Ready", "DiskPressure", "a b", "a/b/c"],
  ],
  [
    "a taint",
    taint,
    ["mooring.dev/not-ready:NoSchedule", "a=b:NoExecute", "a=:PreferNoSchedule", "a.b/c=d.e:NoSchedule"],
    [
      "",
      "a",
      "a:",
      "a:noschedule",
      "a=b",
      ":NoSchedule",
      "=b:NoSchedule",
      "a=b=c:NoSchedule",
      "a:b:NoSchedule",
      "a b:NoSchedule",
      "a=b c:NoSchedule",
    ],
  ],
];

test.each(cases)("%s is told from what is none", (_, reader, right, wrong) => {
  expect(right.filter((text) => !accepts(reader, text))).toEqual([]);
  expect(wrong.filter((text) => accepts(reader, text))).toEqual([]);
});

test("a number that should have been text wants quotes", () => {
  const problems: { path: string; message: string }[] = [];
  expect(dnsLabel(123, placeOf(problems, "name"))).toBeUndefined();
  expect(dnsLabel([], placeOf(problems, "name"))).toBeUndefined();
  expect(problems[0]?.message).toMatch(/^is the number 123; want a DNS label.*, in quotes$/);
  expect(problems[1]?.message).toStartWith("is a list; want a DNS label");
});

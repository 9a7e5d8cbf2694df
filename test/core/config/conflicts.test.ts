import { expect, test } from "bun:test";
import { configFrom, problemsOf } from "./read.ts";

interface Given {
  name?: string;
  source?: string;
  target: string;
  hostPath?: string;
}
const text = (mounts: Given[], rest = ""): string =>
  `mounts: ${JSON.stringify(mounts.map((each, index) => ({ name: `m${index}`, source: `/s/${index}`, ...each })))}\n${rest}`;
const briefly = (mounts: Given[], rest = ""): string[] =>
  problemsOf(text(mounts, rest)).map((line) => line.slice(0, line.indexOf(";")));

test("mounts beside each other are no conflict, however alike their paths", () => {
  expect(
    configFrom(
      text([
        { target: "/t/a", hostPath: "/h/a" },
        { target: "/t/ab", hostPath: "/h/a.b" },
        { target: "/t/a-b", source: "/s/0/below-another-source" },
      ]),
    ).mounts,
  ).toHaveLength(3);
});

test("equal names, targets, sources and host paths", () => {
  expect(
    briefly([
      { target: "/t/a", name: "x" },
      { target: "/t/b", name: "x" },
    ]),
  ).toEqual(['mounts[1].name: "x" is also the name of mounts[0]']);
  expect(briefly([{ target: "/t/a" }, { target: "/t/a" }, { target: "/t/a" }])).toEqual([
    'mounts[1].target: "/t/a" is also the target of mounts[0]',
    'mounts[2].target: "/t/a" is also the target of mounts[0]',
  ]);
  expect(
    briefly([
      { target: "/t/a", source: "/s" },
      { target: "/t/b", source: "/s" },
    ]),
  ).toEqual(['mounts[1].source: "/s" is also the source of mounts[0]']);
  expect(
    briefly([
      { target: "/t/a", hostPath: "/h" },
      { target: "/t/b", hostPath: "/h" },
    ]),
  ).toEqual(['mounts[1].hostPath: "/h" is also the hostPath of mounts[0]']);
  expect(briefly([{ target: "/t/a" }, { target: "/t/b", hostPath: "/t/a" }])).toEqual([
    'mounts[1].hostPath: "/t/a" is also the hostPath of mounts[0]',
  ]);
});

test("a target or host path inside another", () => {
  expect(briefly([{ target: "/t/a/b/c" }, { target: "/t/a" }])).toEqual([
    'mounts[0].target: "/t/a/b/c" lies inside the target of mounts[1] ("/t/a")',
  ]);
  expect(
    briefly([
      { target: "/t/a", hostPath: "/h" },
      { target: "/t/b", hostPath: "/h/b" },
    ]),
  ).toEqual(['mounts[1].hostPath: "/h/b" lies inside the hostPath of mounts[0] ("/h")']);
  expect(briefly([{ target: "/t/a" }, { target: "/t/b", hostPath: "/t/a/b" }])).toEqual([
    'mounts[1].hostPath: "/t/a/b" lies inside the hostPath of mounts[0] ("/t/a")',
  ]);
});

test("a source and a target inside each other, of one mount or of two", () => {
  expect(briefly([{ source: "/x", target: "/x" }])).toEqual(['mounts[0].target: "/x" is also the source of mounts[0]']);
  expect(briefly([{ source: "/x", target: "/x/y" }])).toEqual([
    'mounts[0].target: "/x/y" lies inside the source of mounts[0] ("/x")',
  ]);
  expect(briefly([{ source: "/x/y", target: "/x" }])).toEqual([
    'mounts[0].source: "/x/y" lies inside the target of mounts[0] ("/x")',
  ]);
  expect(briefly([{ source: "/x", target: "/t" }, { target: "/x/y" }])).toEqual([
    'mounts[1].target: "/x/y" lies inside the source of mounts[0] ("/x")',
  ]);
  expect(briefly([{ target: "/t" }, { source: "/t/y", target: "/z" }])).toEqual([
    'mounts[1].source: "/t/y" lies inside the target of mounts[0] ("/t")',
  ]);
  expect(briefly([{ target: "/t" }, { source: "/t", target: "/z" }])).toEqual([
    'mounts[0].target: "/t" is also the source of mounts[1]',
  ]);
});

test("the log file is outside of what is managed", () => {
  for (const file of ["/s/0", "/t/a", "/s/0/log", "/t/a/deep/log"]) {
    expect(briefly([{ target: "/t/a" }], `log: {file: ${file}}`)).toEqual([expect.stringMatching(/^log\.file: "/)]);
  }
  expect(configFrom(text([{ target: "/t/a" }], "log: {file: /t/log}")).log.file).toBe("/t/log");
});

test("a mount that could not be read conflicts with nothing", () => {
  expect(
    briefly([{ target: "t" }, { target: "t" }, { target: "/t", name: "A" }, { target: "/u", name: "A" }]),
  ).toHaveLength(4);
});

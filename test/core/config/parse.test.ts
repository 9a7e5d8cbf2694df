import { expect, test } from "bun:test";
import { configFrom, mountWith, problemsOf, withMount } from "./read.ts";

test("the documentation's example is read as it is meant", () => {
  const config = configFrom(`
mounts:
  - name: dumps
    source: /volumes/dumps
    sourceMustBeMount: true
    target: /host/var/lib/mooring/dumps
    hostPath: /var/lib/mooring/dumps
    options: [nosuid, nodev]
    mode: "1777"
    directories: [{path: app-one, uid: 1000, gid: 1000, mode: "0770"}]
    onForeign: report
    onHang: report
    minFree: {bytes: 1Gi, inodes: 1000}
monitor:  {interval: 30s, timeout: 5s, failures: 3}
recovery: {timeout: 60s, backoff: {min: 50ms, max: 30s}}
exit: auto
rescue: move
http: {host: "::", port: 8000}
log:  {level: info, file: null}
kubernetes: {enabled: auto, instance: mooring, pinned: auto, heartbeat: 0s, label: volume-mounts, condition: VolumeMountsReady, startupTaint: null, localVolumes: []}
`);
  expect(config).toEqual({
    mounts: [
      {
        name: "dumps",
        source: "/volumes/dumps",
        sourceMustBeMount: true,
        target: "/host/var/lib/mooring/dumps",
        hostPath: "/var/lib/mooring/dumps",
        options: ["nosuid", "nodev"],
        mode: 0o1777,
        directories: [{ path: "app-one", uid: 1000, gid: 1000, mode: 0o770 }],
        onForeign: "report",
        onHang: "report",
        minFree: { bytes: 1024 ** 3, inodes: 1000 },
      },
    ],
    monitor: { intervalMs: 30_000, timeoutMs: 5000, failures: 3 },
    recovery: { timeoutMs: 60_000, backoff: { minMs: 50, maxMs: 30_000 } },
    exit: "auto",
    rescue: "move",
    http: { host: "::", port: 8000 },
    log: { level: "info", file: null },
    kubernetes: {
      enabled: "auto",
      instance: "mooring",
      pinned: "auto",
      heartbeatMs: 0,
      label: "volume-mounts",
      condition: "VolumeMountsReady",
      startupTaint: null,
      localVolumes: [],
      namespace: null,
      nodeName: null,
      podName: null,
    },
  });
});

test("what is left out has the documented default, and a key without a value is left out", () => {
  const short = configFrom(withMount(""));
  expect(short).toEqual(
    configFrom(
      withMount(`monitor:
recovery: {timeout: ~, backoff: }
exit: ~
http: {}
log:
kubernetes: {instance: }`),
    ),
  );
  expect(short.mounts[0]).toEqual({
    name: "a",
    source: "/s/a",
    sourceMustBeMount: true,
    target: "/t/a",
    hostPath: "/t/a",
    options: ["nosuid", "nodev"],
    mode: null,
    directories: [],
    onForeign: "report",
    onHang: "report",
    minFree: { bytes: 0, inodes: 0 },
  });
  expect(short.monitor).toEqual({ intervalMs: 30_000, timeoutMs: 5000, failures: 3 });
  expect(short.recovery).toEqual({ timeoutMs: 60_000, backoff: { minMs: 50, maxMs: 30_000 } });
  expect(short.http).toEqual({ host: "::", port: 8000 });
});

test("a default gives way to what is set", () => {
  expect(configFrom(withMount("monitor: {interval: 2s}")).monitor).toEqual({
    intervalMs: 2000,
    timeoutMs: 1000,
    failures: 3,
  });
  expect(configFrom(withMount("recovery: {backoff: {min: 1m}}")).recovery.backoff).toEqual({
    minMs: 60_000,
    maxMs: 60_000,
  });
  expect(configFrom(withMount("recovery: {backoff: {max: 10ms}}")).recovery.backoff).toEqual({ minMs: 10, maxMs: 10 });
});

test("options say the same in any order", () => {
  const [a, b] = ["[ro, noexec, nosuid]", "[nosuid, ro, noexec]"].map((options) =>
    configFrom(mountWith(`options: ${options}`)),
  );
  expect(a).toEqual(b as never);
  expect(a?.mounts[0]?.options).toEqual(["ro", "nosuid", "noexec"]);
  expect(configFrom(mountWith("options: []")).mounts[0]?.options).toEqual([]);
});

test("a mount without a source is watched, and nothing is asked of it that would change it", () => {
  const watched = configFrom("mounts: [{name: a, target: /t/a, onHang: abort, minFree: {bytes: 1Gi}}]").mounts[0];
  expect(watched).toMatchObject({ source: null, sourceMustBeMount: false, options: [], onHang: "abort" });
  const asked = problemsOf(
    'mounts: [{name: a, target: /t/a, sourceMustBeMount: true, options: [ro], mode: "0755", directories: [{path: a}], onForeign: replace}]',
  );
  expect(asked.map((line) => line.replace(/: needs a source; .*/, ""))).toEqual([
    "mounts[0].directories",
    "mounts[0].mode",
    "mounts[0].onForeign",
    "mounts[0].options",
    "mounts[0].sourceMustBeMount",
  ]);
  expect(
    problemsOf(
      "mounts: [{name: a, target: /t/a, sourceMustBeMount: false, options: [], directories: [], onForeign: report}]",
    ),
  ).toEqual([]);
});

test.each(['"1777"', '"0770"', '"755"', '"01777"', "'0000'"])("mode %s is octal", (mode) => {
  expect(configFrom(mountWith(`mode: ${mode}`)).mounts[0]?.mode).toBe(Number.parseInt(mode.slice(1, -1), 8));
});

test.each([
  "1777",
  "0o1777",
  "01777",
  "0x3ff",
  '"0888"',
  '"17777"',
  '"77"',
  '"0o1777"',
  '"rwxr-xr-x"',
  "true",
  "[]",
  '"-755"',
  '""',
])("mode %s is refused", (mode) => {
  expect(problemsOf(mountWith(`mode: ${mode}`))).toEqual([
    expect.stringMatching(/^mounts\[0\]\.mode: .*want permission bits in octal,? (in quotes, )?such as "1777"/),
  ]);
});

test("all problems are told at once, sorted by path", () => {
  const lines = problemsOf(
    `
mounts:
  - name: Dumps
    sorce: /s
    options: [nosuid, suid]
  - 5
monitor: [1]
exit: never
extra: 1
`,
    { HTTP_PORT: "x", LOG_LEVEL: "loud" },
  );
  expect(lines.map((line) => line.slice(0, line.indexOf(": ")))).toEqual([
    "HTTP_PORT",
    "LOG_LEVEL",
    "exit",
    "extra",
    "monitor",
    "mounts[0].name",
    "mounts[0].options",
    "mounts[0].options[1]",
    "mounts[0].sorce",
    "mounts[0].target",
    "mounts[1]",
  ]);
});

test("text that is not YAML is told with the environment's problems, and nothing is guessed about the rest", () => {
  expect(problemsOf("mounts: [", { HTTP_PORT: "x" }).map((line) => line.slice(0, 20))).toEqual([
    'HTTP_PORT: is "x"; w',
    "line 1, column 10: n",
  ]);
});

test.each([null, "", "mounts:", "mounts: []", "exit: keep", "{}"])("%j has no mounts", (text) => {
  expect(problemsOf(text)).toEqual([
    "mounts: is missing or empty; want a list of mounts, or MOUNT_PATHS in the environment",
  ]);
});

test.each([
  ["[]", "is a list"],
  ["hello", 'is "hello"'],
  ["5", "is the number 5"],
  ["true", "is true"],
])("%s is no configuration", (text, fragment) => {
  expect(problemsOf(text)[0]).toStartWith(`: ${fragment}; want keys with values, known here: mounts`);
});

test("a thousand mounts are accepted, one more is not", () => {
  const many = (count: number): string =>
    `mounts: [${Array.from({ length: count }, (_, n) => `{name: m${n}, source: /s/${n}, target: /t/${n}}`).join(",")}]`;
  expect(configFrom(many(1000)).mounts).toHaveLength(1000);
  expect(problemsOf(many(1001))).toEqual(["mounts: are 1001; want at most 1000"]);
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { configFrom, problemsOf, withMount } from "./read.ts";

test("the environment wins over the file", () => {
  const file = withMount(`monitor: {interval: 10s, timeout: 2s}
recovery: {timeout: 10s}
log: {level: warn}
http: {port: 80}
kubernetes: {namespace: a, nodeName: a, podName: a}`);
  const config = configFrom(file, {
    MOUNT_PATHS: "/s/x:/t/x",
    MONITOR_INTERVAL: "45",
    RECOVERY_TIMEOUT: "90",
    LOG_LEVEL: "Debug",
    HTTP_PORT: "9000",
    NAMESPACE: "storage",
    NODE_NAME: "node-1.example",
    POD_NAME: "mooring-abc",
  });
  expect(config.mounts.map(({ name, source, target, hostPath }) => [name, source, target, hostPath])).toEqual([
    ["x", "/s/x", "/t/x", "/t/x"],
  ]);
  expect(config.monitor).toEqual({ intervalMs: 45_000, timeoutMs: 2000, failures: 3 });
  expect(config.recovery.timeoutMs).toBe(90_000);
  expect(config.log.level).toBe("debug");
  expect(config.http.port).toBe(9000);
  expect(config.kubernetes).toMatchObject({ namespace: "storage", nodeName: "node-1.example", podName: "mooring-abc" });
});

test("an empty variable says nothing", () => {
  const names = [
    "MOUNT_PATHS",
    "MONITOR_INTERVAL",
    "RECOVERY_TIMEOUT",
    "LOG_LEVEL",
    "HTTP_PORT",
    "NAMESPACE",
    "NODE_NAME",
    "POD_NAME",
  ];
  expect(configFrom(withMount(""), Object.fromEntries(names.map((name) => [name, ""])))).toEqual(
    configFrom(withMount("")),
  );
});

test("POD_NAMESPACE stands in for NAMESPACE", () => {
  expect(configFrom(withMount(""), { POD_NAMESPACE: "a" }).kubernetes.namespace).toBe("a");
  expect(configFrom(withMount(""), { NAMESPACE: "b", POD_NAMESPACE: "a" }).kubernetes.namespace).toBe("b");
});

test.each(["INFO", "Info", "info"])("LOG_LEVEL=%s", (level) => {
  expect(configFrom(withMount(""), { LOG_LEVEL: level }).log.level).toBe("info");
});

test("the original controller's level names are understood", () => {
  expect(["WARNING", "critical"].map((level) => configFrom(withMount(""), { LOG_LEVEL: level }).log.level)).toEqual([
    "warn",
    "fatal",
  ]);
});

test.each([
  ["MONITOR_INTERVAL", "0"],
  ["MONITOR_INTERVAL", "-5"],
  ["MONITOR_INTERVAL", "1.5"],
  ["MONITOR_INTERVAL", "1e3"],
  ["MONITOR_INTERVAL", "soon"],
  ["MONITOR_INTERVAL", "99999999999999999999"],
  ["RECOVERY_TIMEOUT", " 60"],
  ["LOG_LEVEL", "loud"],
  ["HTTP_PORT", "65536"],
  ["HTTP_PORT", "0x50"],
  ["HTTP_PORT", "80 "],
  ["HTTP_PORT", "tcp://10.0.0.1:80"],
  ["NAMESPACE", "Storage"],
  ["POD_NAMESPACE", "a.b"],
  ["NODE_NAME", "node_1"],
  ["POD_NAME", "-"],
  ["MOUNT_PATHS", ","],
  ["MOUNT_PATHS", " "],
])("%s=%s is refused by its name", (name, value) => {
  expect(problemsOf(withMount(""), { [name]: value })).toEqual([
    expect.stringMatching(new RegExp(`^${name}(\\[0\\])?: .*want `)),
  ]);
});

test("a duration does where seconds are the custom", () => {
  expect(configFrom(withMount(""), { MONITOR_INTERVAL: "1m30s" }).monitor.intervalMs).toBe(90_000);
});

test("Kubernetes' link to a service called http is recognised", () => {
  expect(problemsOf(withMount(""), { HTTP_PORT: "tcp://10.0.0.1:80" })[0]).toEndWith(
    "set enableServiceLinks: false in the pod",
  );
});

test("a timeout of the file that is too long for the environment's interval is told with its name", () => {
  expect(problemsOf(withMount("monitor: {timeout: 10s}"), { MONITOR_INTERVAL: "5" })).toEqual([
    "monitor.timeout: is not shorter than MONITOR_INTERVAL; want less than 5s",
  ]);
  expect(configFrom(withMount(""), { MONITOR_INTERVAL: "2" }).monitor.timeoutMs).toBe(1000);
});

const named = (paths: string): string[] => configFrom(null, { MOUNT_PATHS: paths }).mounts.map(({ name }) => name);

test("MOUNT_PATHS needs no file; targets without a source are watched", () => {
  const { mounts } = configFrom(null, { MOUNT_PATHS: "/mnt/dump, /volumes/data:/mnt/data ," });
  expect(mounts).toMatchObject([
    { name: "dump", source: null, target: "/mnt/dump", sourceMustBeMount: false, options: [] },
    {
      name: "data",
      source: "/volumes/data",
      target: "/mnt/data",
      sourceMustBeMount: true,
      options: ["nosuid", "nodev"],
    },
  ]);
});

test("names come from the last component, as DNS labels, each once", () => {
  expect(named("/a/Heap Dumps,/b/heap_dumps,/c/heap-dumps-2,/d/...,/e/__x__,/f/…,/g/heap dumps")).toEqual([
    "heap-dumps",
    "heap-dumps-2",
    "heap-dumps-2-2",
    "mount",
    "x",
    "mount-2",
    "heap-dumps-3",
  ]);
  const long = "x".repeat(100);
  expect(named(`/a/${long},/b/${long}`)).toEqual(["x".repeat(63), `${"x".repeat(61)}-2`]);
});

test("whatever the targets are called, their names are right and different", () => {
  const component = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 80 })
    .filter(
      (text) =>
        !/[/,:\0]/.test(text) && text.trim() === text && text !== "." && text !== ".." && Buffer.byteLength(text) < 200,
    );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(component, fc.constantFrom("a", "a-2", "A", "a_2")), { minLength: 1, maxLength: 20 }),
      (components) => {
        const names = named(components.map((text, index) => `/t${index}/${text}`).join(","));
        expect(new Set(names).size).toBe(components.length);
        for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      },
    ),
  );
});

test("each entry of MOUNT_PATHS is checked like the file's", () => {
  const lines = problemsOf(null, { MOUNT_PATHS: "a,/b/:/c,/d:e:/f,/g/../h,,/i:,/j,/j/k,/l:/m,/l:/n" });
  expect(lines.map((line) => line.slice(0, line.indexOf(";")))).toEqual([
    'MOUNT_PATHS[0]: "a" is not absolute',
    'MOUNT_PATHS[1]: "/b/" is not normalised (write "/b")',
    "MOUNT_PATHS[2]: \"/d:e:/f\" has more than one ':'",
    "MOUNT_PATHS[3]: \"/g/../h\" goes up with '..'",
    'MOUNT_PATHS[4]: "" is not absolute',
    'MOUNT_PATHS[5]: "" is not absolute',
    'MOUNT_PATHS[7]: "/j/k" lies inside the target of MOUNT_PATHS[6] ("/j")',
    'MOUNT_PATHS[9]: "/l" is also the source of MOUNT_PATHS[8]',
  ]);
});

test("MOUNT_PATHS is bounded", () => {
  const paths = Array.from({ length: 1001 }, (_, n) => `/t/${n}`);
  expect(problemsOf(null, { MOUNT_PATHS: paths.join(",") })[0]).toBe(
    "MOUNT_PATHS: names 1001 paths; want at most 1000",
  );
  expect(configFrom(null, { MOUNT_PATHS: paths.slice(1).join(",") }).mounts).toHaveLength(1000);
});

test("mounts of the file that are replaced are still checked", () => {
  expect(problemsOf("mounts: [{name: A}]", { MOUNT_PATHS: "/t" })).toEqual([
    expect.stringContaining("mounts[0].name: "),
    expect.stringContaining("mounts[0].target: "),
  ]);
});

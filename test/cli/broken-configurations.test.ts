import { expect, test } from "bun:test";
import { mooring } from "./mooring.ts";

const mount = "name: a, source: /s/a, target: /t/a";

interface Broken {
  text: string;
  environment?: Record<string, string>;
  /** The path that a line begins with. */
  path: string;
  /** What of the line tells the way out. */
  allowed: string;
}

/** What people get wrong, one mistake each. */
const broken: Record<string, Broken> = {
  "nothing at all": { text: "", path: "mounts", allowed: "want a list of mounts" },
  "no mounts": { text: "mounts: []", path: "mounts", allowed: "want a list of mounts" },
  "mounts that are no list": { text: `mounts: {${mount}}`, path: "mounts", allowed: "want a list of mounts" },
  "a list instead of keys": { text: `- {${mount}}`, path: "FILE", allowed: "known here: mounts, monitor" },
  "a tab": { text: "mounts:\n\t- x", path: "line 2, column 1", allowed: "indented with spaces" },
  "brackets left open": { text: "mounts: [", path: "line 1, column 10", allowed: "end with a ]" },
  "a line without a colon": { text: "mounts\n  - name: a", path: "line 1, column 1", allowed: "key: value" },
  "two documents": {
    text: `mounts: [{${mount}}]\n---\nexit: keep`,
    path: "line 2, column 1",
    allowed: "want exactly one",
  },
  "an anchor": {
    text: `mounts: [{${mount}, options: &o [ro]}]`,
    path: "mounts[0].options",
    allowed: "write the value",
  },
  "a key given twice": { text: `mounts: [{${mount}, name: b}]`, path: "mounts[0].name", allowed: "keep one" },
  "an unknown key": { text: `mounts: [{${mount}}]\nmonitr: {}`, path: "monitr", allowed: "did you mean monitor?" },
  "an unknown key of a mount": {
    text: `mounts: [{${mount}, hostpath: /h}]`,
    path: "mounts[0].hostpath",
    allowed: "did you mean hostPath?",
  },
  "an unknown key of a directory": {
    text: `mounts: [{${mount}, directories: [{path: x, owner: 1}]}]`,
    path: "mounts[0].directories[0].owner",
    allowed: "known here: path, uid, gid, mode",
  },
  "no name": { text: "mounts: [{target: /t}]", path: "mounts[0].name", allowed: "want a name" },
  "no target": { text: "mounts: [{name: a}]", path: "mounts[0].target", allowed: "want an absolute path" },
  "a name with capitals": {
    text: "mounts: [{name: Dumps, target: /t}]",
    path: "mounts[0].name",
    allowed: "want a DNS label",
  },
  "a name that is a number": { text: "mounts: [{name: 1, target: /t}]", path: "mounts[0].name", allowed: "in quotes" },
  "a relative target": {
    text: "mounts: [{name: a, target: t}]",
    path: "mounts[0].target",
    allowed: "want an absolute path",
  },
  "a target that goes up": {
    text: "mounts: [{name: a, target: /t/../u}]",
    path: "mounts[0].target",
    allowed: "want an absolute path",
  },
  "a slash too many": { text: "mounts: [{name: a, target: /t/}]", path: "mounts[0].target", allowed: 'write "/t"' },
  "the root as target": {
    text: "mounts: [{name: a, target: /}]",
    path: "mounts[0].target",
    allowed: "want an absolute path",
  },
  "two mounts on one target": {
    text: "mounts: [{name: a, target: /t}, {name: b, target: /t}]",
    path: "mounts[1].target",
    allowed: "want each target once",
  },
  "a target inside another": {
    text: "mounts: [{name: a, target: /t}, {name: b, target: /t/b}]",
    path: "mounts[1].target",
    allowed: "want targets apart",
  },
  "a target inside its source": {
    text: "mounts: [{name: a, source: /s, target: /s/t}]",
    path: "mounts[0].target",
    allowed: "want sources and targets apart",
  },
  "a source inside a target": {
    text: `mounts: [{${mount}}, {name: b, source: /t/a/s, target: /t/b}]`,
    path: "mounts[1].source",
    allowed: "want sources and targets apart",
  },
  "one source for two mounts": {
    text: `mounts: [{${mount}}, {name: b, source: /s/a, target: /t/b}]`,
    path: "mounts[1].source",
    allowed: "want each source once",
  },
  "one host path for two mounts": {
    text: "mounts: [{name: a, target: /t, hostPath: /h}, {name: b, target: /u, hostPath: /h}]",
    path: "mounts[1].hostPath",
    allowed: "want each host path once",
  },
  "an unknown option": {
    text: `mounts: [{${mount}, options: [nosiud]}]`,
    path: "mounts[0].options[0]",
    allowed: "did you mean nosuid?",
  },
  "options without a source": {
    text: "mounts: [{name: a, target: /t, options: [ro]}]",
    path: "mounts[0].options",
    allowed: "give it a source",
  },
  "a mode without quotes": {
    text: `mounts: [{${mount}, mode: 1777}]`,
    path: "mounts[0].mode",
    allowed: 'in quotes, such as "1777"',
  },
  "a mode with an 8": { text: `mounts: [{${mount}, mode: "0780"}]`, path: "mounts[0].mode", allowed: 'such as "1777"' },
  "a directory outside of the volume": {
    text: `mounts: [{${mount}, directories: [{path: ../x}]}]`,
    path: "mounts[0].directories[0].path",
    allowed: "want a path below",
  },
  "the agent's own directory": {
    text: `mounts: [{${mount}, directories: [{path: .mooring}]}]`,
    path: "mounts[0].directories[0].path",
    allowed: "want a path below",
  },
  "a directory twice": {
    text: `mounts: [{${mount}, directories: [{path: x}, {path: x}]}]`,
    path: "mounts[0].directories[1].path",
    allowed: "want each path once",
  },
  "a negative owner": {
    text: `mounts: [{${mount}, directories: [{path: x, uid: -1}]}]`,
    path: "mounts[0].directories[0].uid",
    allowed: "want a whole number from 0",
  },
  "an unknown policy": {
    text: `mounts: [{${mount}, onForeign: replce}]`,
    path: "mounts[0].onForeign",
    allowed: "want report or replace",
  },
  "a size in GB": {
    text: `mounts: [{${mount}, minFree: {bytes: 10GB}}]`,
    path: "mounts[0].minFree.bytes",
    allowed: "10Gi, 500Mi",
  },
  "a size too large": {
    text: `mounts: [{${mount}, minFree: {bytes: 9999Pi}}]`,
    path: "mounts[0].minFree.bytes",
    allowed: "below 8Pi",
  },
  "a duration without a unit": {
    text: `mounts: [{${mount}}]\nmonitor: {interval: 30}`,
    path: "monitor.interval",
    allowed: "30s",
  },
  "a negative duration": {
    text: `mounts: [{${mount}}]\nmonitor: {interval: -30s}`,
    path: "monitor.interval",
    allowed: "a duration from 100ms to 24h",
  },
  "a timeout longer than the interval": {
    text: `mounts: [{${mount}}]\nmonitor: {timeout: 40s}`,
    path: "monitor.timeout",
    allowed: "want less than 30s",
  },
  "a backoff that shrinks": {
    text: `mounts: [{${mount}}]\nrecovery: {backoff: {min: 1m, max: 1s}}`,
    path: "recovery.backoff.min",
    allowed: "want at most 1s",
  },
  "a port that does not exist": {
    text: `mounts: [{${mount}}]\nhttp: {port: 70000}`,
    path: "http.port",
    allowed: "0 to 65535",
  },
  "a host name": {
    text: `mounts: [{${mount}}]\nhttp: {host: node.example}`,
    path: "http.host",
    allowed: "want an IP address",
  },
  "a log inside a volume": {
    text: `mounts: [{${mount}}]\nlog: {file: /t/a/log}`,
    path: "log.file",
    allowed: "outside of what is managed",
  },
  "an unknown log level": {
    text: `mounts: [{${mount}}]\nlog: {level: verbose}`,
    path: "log.level",
    allowed: "trace, debug, info",
  },
  "an instance with a slash": {
    text: `mounts: [{${mount}}]\nkubernetes: {instance: a/b}`,
    path: "kubernetes.instance",
    allowed: "at most 63",
  },
  "a condition of Kubernetes' own": {
    text: `mounts: [{${mount}}]\nkubernetes: {condition: Ready}`,
    path: "kubernetes.condition",
    allowed: "VolumeMountsReady",
  },
  "a taint without an effect": {
    text: `mounts: [{${mount}}]\nkubernetes: {startupTaint: mooring}`,
    path: "kubernetes.startupTaint",
    allowed: "NoSchedule",
  },
  "a wrong variable": {
    text: `mounts: [{${mount}}]`,
    environment: { MONITOR_INTERVAL: "often" },
    path: "MONITOR_INTERVAL",
    allowed: "want seconds or a duration",
  },
  "a wrong path in MOUNT_PATHS": {
    text: `mounts: [{${mount}}]`,
    environment: { MOUNT_PATHS: "/a,b" },
    path: "MOUNT_PATHS[1]",
    allowed: "want an absolute path",
  },
};

test.concurrent.each(Object.entries(broken))("%s", async (name, { text, environment = {}, path, allowed }) => {
  const file = `${process.env.TMPDIR ?? "/tmp"}/mooring-broken-${process.pid}-${name.replaceAll(/[^a-z0-9]+/gi, "-")}.yaml`;
  await Bun.write(file, text);
  try {
    const { code, out, err } = await mooring(["check", "--config", file], { environment });
    const lines = err.split("\n").slice(0, -1);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(
      lines.filter((line) => line.startsWith(`${path === "FILE" ? file : path}: `) && line.includes(allowed)),
    ).toHaveLength(1);
    for (const line of lines) expect(line).toMatch(/^(line \d+, column \d+|[/\w.[\]-]+): [^ ]/);
    expect(err).not.toMatch(/\n\s+at |Error:|node_modules|agent\//);
  } finally {
    await Bun.file(file).delete();
  }
});

test("the same file without its mistake is right", async () => {
  expect(await mooring(["check", "--config", "-"], { input: `mounts: [{${mount}}]` })).toMatchObject({
    code: 0,
    err: "",
  });
});

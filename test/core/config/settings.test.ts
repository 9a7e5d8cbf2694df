import { expect, test } from "bun:test";
import { configFrom, problemsOf, withMount } from "./read.ts";

test.each([
  ["monitor: {interval: 5s, timeout: 5s}", "monitor.timeout: is not shorter than the interval; want less than 5s"],
  ["monitor: {timeout: 1m}", "monitor.timeout: is not shorter than the interval; want less than 30s"],
  ["monitor: {failures: 0}", "monitor.failures: is the number 0; want a whole number from 1 to 1000"],
  ["monitor: {failures: 1.5}", "monitor.failures: is the number 1.5; want a whole number from 1 to 1000"],
  ["monitor: {failures: .nan}", "monitor.failures: is the number NaN; want a whole number from 1 to 1000"],
  ["recovery: {backoff: {min: 31s, max: 30s}}", "recovery.backoff.min: is longer than max; want at most 30s"],
  ["http: {port: -1}", "http.port: is the number -1; want a whole number from 0 to 65535"],
  ["http: {port: 65536}", "http.port: is the number 65536; want a whole number from 0 to 65535"],
  ['http: {port: "80"}', 'http.port: is "80"; want a whole number from 0 to 65535'],
  ["log: {level: verbose}", 'log.level: is "verbose"; want trace, debug, info, warn, error, fatal or silent'],
  ["log: {level: warning}", 'log.level: is "warning"; want trace, debug, info, warn, error, fatal or silent'],
  ["log: {level: 5}", "log.level: is the number 5; want trace, debug, info, warn, error, fatal or silent"],
  [
    "kubernetes: {localVolumes: [{namespace: shop, path: /var/lib/mooring/dumps/shop}]}",
    "kubernetes.localVolumes[0].claim: is missing; want the claim's namespace and name, and the path on the node",
  ],
  ["kubernetes: {localVolumes: {}}", "kubernetes.localVolumes: is a mapping; want a list of local volumes"],
  ["kubernetes: {enabled: atuo}", 'kubernetes.enabled: is "atuo"; want auto, true or false; did you mean auto?'],
])("%s is refused", (text, line) => {
  expect(problemsOf(withMount(text))).toEqual([line]);
});

test.each(["::", "::1", "0.0.0.0", "127.0.0.1", "fe80::1", "2001:db8::ffff:192.0.2.1", "localhost"])(
  "%s can be listened on",
  (host) => {
    expect(configFrom(withMount(`http: {host: "${host}"}`)).http.host).toBe(host);
  },
);

test.each([
  "",
  "example.com",
  "256.0.0.1",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.4.",
  "01.2.3.4",
  "::g",
  ":::",
  "[::]",
  "::1%eth0",
  "::]/@",
  "0",
  "*",
])("%j cannot", (host) => {
  expect(problemsOf(withMount(`http: {host: "${host}"}`))).toEqual([expect.stringContaining("http.host: ")]);
});

test("the boundaries of numbers are allowed", () => {
  for (const port of [0, 65535]) expect(configFrom(withMount(`http: {port: ${port}}`)).http.port).toBe(port);
  expect(configFrom(withMount("recovery: {backoff: {min: 30s, max: 30s}}")).recovery.backoff).toEqual({
    minMs: 30_000,
    maxMs: 30_000,
  });
  expect(configFrom(withMount("kubernetes: {heartbeat: 0s}")).kubernetes.heartbeatMs).toBe(0);
});

test("log levels are read in any case", () => {
  expect(configFrom(withMount("log: {level: DEBUG}")).log.level).toBe("debug");
});

test("switches are auto, true or false", () => {
  const { enabled, pinned } = configFrom(withMount("kubernetes: {enabled: false, pinned: true}")).kubernetes;
  expect([enabled, pinned]).toEqual([false, true]);
});

test("the instance follows from the namespace, and is never cut short", () => {
  expect(configFrom(withMount("")).kubernetes.instance).toBe("mooring");
  expect(configFrom(withMount("kubernetes: {namespace: storage}")).kubernetes.instance).toBe("storage-mooring");
  expect(configFrom(withMount("kubernetes: {instance: own}"), { NAMESPACE: "storage" }).kubernetes).toMatchObject({
    instance: "own",
    namespace: "storage",
  });
  const longest = "n".repeat(55);
  expect(configFrom(withMount(""), { NAMESPACE: longest }).kubernetes.instance).toBe(`${longest}-mooring`);
  expect(problemsOf(withMount(""), { NAMESPACE: `${longest}n` })).toEqual([
    expect.stringMatching(
      /^kubernetes\.instance: is not given, and its default n+-mooring is longer than 63 characters; want it set$/,
    ),
  ]);
});

import { expect, test } from "bun:test";
import fc from "fast-check";
import { printConfig } from "../../../agent/core/config/print.ts";
import { rightDocument } from "./arbitrary.ts";
import { configFrom, mountWith } from "./read.ts";

test("a printed configuration reads as the very same one, without the environment it came from", () => {
  fc.assert(
    fc.property(rightDocument, (document) => {
      const config = configFrom(JSON.stringify(document));
      const printed = printConfig(config);
      expect(configFrom(printed)).toEqual(config);
      expect(printConfig(configFrom(printed))).toBe(printed);
    }),
    { numRuns: 300 },
  );
});

test("Bun's own YAML reader sees the same values", () => {
  fc.assert(
    fc.property(rightDocument, (document) => {
      const printed = printConfig(configFrom(JSON.stringify(document)));
      expect(configFrom(JSON.stringify(Bun.YAML.parse(printed)))).toEqual(configFrom(printed));
    }),
  );
});

test("what the environment said is in it", () => {
  const config = configFrom(null, {
    MOUNT_PATHS: "/s:/t,/w",
    NAMESPACE: "n",
    NODE_NAME: "x",
    POD_NAME: "p",
    LOG_LEVEL: "DEBUG",
  });
  expect(configFrom(printConfig(config))).toEqual(config);
});

test("it is readable: in the documentation's order, units and octal modes", () => {
  const config = configFrom(mountWith('mode: "1777", directories: [{path: app, mode: "770"}], minFree: {bytes: 1Gi}'));
  expect(printConfig(config)).toBe(`mounts:
  - name: a
    source: /s/a
    sourceMustBeMount: true
    target: /t/a
    hostPath: /t/a
    options:
      - nosuid
      - nodev
    mode: "1777"
    directories:
      - path: app
        uid: null
        gid: null
        mode: "0770"
    onForeign: report
    onHang: report
    minFree:
      bytes: 1Gi
      inodes: 0
monitor:
  interval: 30s
  timeout: 5s
  failures: 3
recovery:
  timeout: 1m
  backoff:
    min: 50ms
    max: 30s
exit: auto
rescue: move
http:
  host: "::"
  port: 8000
log:
  level: info
  file: null
kubernetes:
  enabled: auto
  instance: mooring
  pinned: auto
  heartbeat: 0s
  label: volume-mounts
  condition: VolumeMountsReady
  startupTaint: null
  localVolumes: []
  namespace: null
  nodeName: null
  podName: null
`);
});

test("nothing in it is an instruction to a terminal", () => {
  fc.assert(
    fc.property(rightDocument, (document) => {
      const printed = printConfig(configFrom(JSON.stringify(document)));
      expect(printed.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});

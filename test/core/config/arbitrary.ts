import fc from "fast-check";
import { logLevels, mountOptions } from "../../../agent/core/config/config.ts";

/** Any text a path component may be, odd characters included. */
const component = fc
  .oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      " ",
      "\n",
      "a: b",
      "- x",
      "#",
      "'",
      '"',
      "\\",
      "\u202e",
      "\u001b[31m",
      "~",
      "null",
      "0x1",
      "1:30",
      "<<",
      "*a",
      "&a",
      "!t",
    ),
  )
  .filter(
    (text) =>
      !/[/\0]/.test(text) && text !== "." && text !== ".." && text.isWellFormed() && Buffer.byteLength(text) < 250,
  );

const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/);
const mode = fc.nat({ max: 0o7777 }).map((bits) => bits.toString(8).padStart(4, "0"));
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const milliseconds = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((ms) => `${ms}ms`);

const directory = fc.record({
  path: path.filter((text) => !/^\.(mooring|ready)(\/|$)/.test(text)),
  uid: optional(fc.nat({ max: 2 ** 32 - 2 })),
  gid: optional(fc.nat({ max: 2 ** 32 - 2 })),
  mode: optional(mode),
});

/** Where a mount lies is made from its position, so that no two are in each other's way. */
const mountAt = (index: number, watched: boolean): fc.Arbitrary<Record<string, unknown>> => {
  const target = path.map((text) => `/t${index}/${text}`);
  const common = {
    name: label.map((text) => `${text.slice(0, 15)}-${index}`),
    target,
    hostPath: optional(path.map((text) => `/h${index}/${text}`)),
    onHang: fc.constantFrom("report", "abort"),
    minFree: optional(
      fc.record({ bytes: fc.oneof(fc.maxSafeNat(), fc.constantFrom("10Gi", "1k")), inodes: fc.maxSafeNat() }),
    ),
  };
  if (watched) return fc.record(common);
  return fc.record({
    ...common,
    source: path.map((text) => `/s${index}/${text}`),
    sourceMustBeMount: fc.boolean(),
    options: optional(fc.uniqueArray(fc.constantFrom(...mountOptions))),
    mode: optional(mode),
    directories: optional(fc.uniqueArray(directory, { selector: (each) => each.path, maxLength: 3 })),
    onForeign: fc.constantFrom("report", "replace"),
  });
};

/** What somebody who knows the documentation may write: right in every part. */
export const rightDocument = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }).chain((watched) =>
  fc.record(
    {
      mounts: fc.tuple(...watched.map((each, index) => mountAt(index, each))),
      monitor: fc.record({
        interval: milliseconds(3_600_001, 86_400_000),
        timeout: milliseconds(10, 3_600_000),
        failures: fc.integer({ min: 1, max: 1000 }),
      }),
      recovery: fc.record({
        timeout: milliseconds(100, 86_400_000),
        backoff: fc.record({ min: milliseconds(1, 1000), max: milliseconds(1000, 3_600_000) }),
      }),
      exit: fc.constantFrom("auto", "keep", "release"),
      rescue: fc.constantFrom("move", "report"),
      http: fc.record({
        host: fc.oneof(fc.ipV4(), fc.constantFrom("::", "::1", "localhost")),
        port: fc.nat({ max: 65535 }),
      }),
      log: fc.record({ level: fc.constantFrom(...logLevels), file: optional(path.map((text) => `/log/${text}`)) }),
      kubernetes: fc.record({
        enabled: fc.constantFrom("auto", true, false),
        instance: label,
        pinned: fc.constantFrom("auto", true, false),
        heartbeat: fc.oneof(fc.constant("0s"), milliseconds(10_000, 86_400_000)),
        label: label.map((text) => `example.com/${text}`),
        condition: label,
        startupTaint: optional(fc.constantFrom("mooring.dev/not-ready:NoSchedule", "a=b:NoExecute")),
        localVolumes: fc.array(fc.record({ namespace: label, claim: label, path: path.map((text) => `/v/${text}`) })),
        namespace: optional(label),
        nodeName: optional(label.map((text) => `${text}.example`)),
        podName: optional(label),
      }),
    },
    { requiredKeys: ["mounts"] },
  ),
);

/** Text that looks like YAML often enough to get somewhere. */
export const yamlish = fc
  .array(
    fc.oneof(
      fc.constantFrom(...": - ? # & * ! | > ' \" % @ ` { } [ ] , ~ \n \t \\ << --- ...".split(" ")),
      fc.constantFrom("\n", "\n  ", "\n- ", ": ", "\r\n", "\ufeff", "\0", "\u2028", " "),
      fc.constantFrom(
        "mounts",
        "name",
        "target",
        "source",
        "/a",
        "30s",
        "1Gi",
        "1777",
        "null",
        "true",
        "__proto__",
        "constructor",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

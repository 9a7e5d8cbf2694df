import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Environment } from "../../../agent/core/config/environment.ts";
import { parseConfig } from "../../../agent/core/config/parse.ts";
import { rightDocument, yamlish } from "./arbitrary.ts";

/** Whatever is given: a configuration, or problems that can be shown. */
const answers = (text: string | null, environment: Environment = {}): void => {
  const parsed = parseConfig({ text, environment });
  if (parsed.ok) {
    expect(parsed.config.mounts.length).toBeGreaterThan(0);
    return;
  }
  expect(parsed.problems.length).toBeGreaterThan(0);
  for (const { path, message } of parsed.problems) {
    expect(path.length).toBeLessThan(1000);
    expect(message.length).toBeLessThan(1000);
    expect(message).not.toBe("");
    expect(path + message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
  }
};

test("any text gets an answer", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => answers(text)));
  fc.assert(
    fc.property(yamlish, (text) => answers(text)),
    { numRuns: 1000 },
  );
});

test("any data gets an answer", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (data) => answers(JSON.stringify(data))));
});

test("a right document with anything in a wrong place gets an answer", () => {
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom("", "\0", "\ud800", "__proto__", -0, 1e308, "9".repeat(400)),
  );
  fc.assert(
    fc.property(rightDocument, fc.nat(), anything, fc.boolean(), (document, at, value, asKey) => {
      const places = placesIn(document);
      const [holder, key] = places[at % places.length] as Place;
      if (asKey)
        Object.defineProperty(holder, typeof value === "string" ? value : JSON.stringify(value), {
          value: holder[key],
          enumerable: true,
        });
      else holder[key] = value;
      answers(JSON.stringify(document));
    }),
    { numRuns: 1000 },
  );
});

test("a cut or doubled document gets an answer", () => {
  fc.assert(
    fc.property(rightDocument, fc.nat(), (document, at) => {
      const text = JSON.stringify(document, null, 2);
      answers(text.slice(0, at % text.length));
      answers(`${text}\n---\n${text}`);
      answers(text.slice(0, at % text.length) + text);
    }),
  );
});

test("any environment gets an answer", () => {
  const names = [
    "NAMESPACE",
    "POD_NAMESPACE",
    "MONITOR_INTERVAL",
    "RECOVERY_TIMEOUT",
    "LOG_LEVEL",
    "MOUNT_PATHS",
    "NODE_NAME",
    "POD_NAME",
    "HTTP_PORT",
  ];
  const value = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[/:,a-z.0-9]{0,30}$/));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (environment) => answers(null, environment)),
    { numRuns: 1000 },
  );
});

test("a right document has no problems", () => {
  fc.assert(
    fc.property(rightDocument, (document) => parseConfig({ text: JSON.stringify(document), environment: {} }).ok),
    { numRuns: 300 },
  );
});

/** The longest answer a reload has to wait for: the worst shapes of YAML, as large as is read. */
test.each([
  ["keys", "a: b\n"],
  ["unknown keys", (n: number) => `k${n}: b\n`],
  ["lists", "- "],
  ["braces", "{a: "],
  ["tags", "! "],
  ["anchors", "&a "],
  ["aliases", "- *a\n"],
  ["documents", "---\n"],
  ["quotes", '"a" '],
  ["colons", ": "],
  ["mounts", (n: number) => `${n === 0 ? "mounts:\n" : ""}- name: x\n`],
  ["directories", (n: number) => `${n === 0 ? "mounts:\n- directories:\n" : ""}  - path: x\n`],
  ["nested targets", (n: number) => `${n === 0 ? "mounts:\n" : ""}- {name: x, target: "${"/x".repeat(100)}"}\n`],
])("a document of nothing but %s is answered in time", (_, piece) => {
  const parts: string[] = [];
  for (let length = 0, n = 0; length < 250_000; n++) {
    const part = typeof piece === "string" ? piece : piece(n);
    parts.push(part);
    length += part.length;
  }
  const started = performance.now();
  answers(parts.join(""));
  expect(performance.now() - started).toBeLessThan(15_000);
});

type Place = [holder: Record<string, unknown>, key: string];

/** Every key of every mapping in a document, with the mapping it stands in. */
const placesIn = (data: unknown): Place[] => {
  if (typeof data !== "object" || data === null) return [];
  const holder = data as Record<string, unknown>;
  return Object.keys(holder).flatMap((key): Place[] => [[holder, key], ...placesIn(holder[key])]);
};

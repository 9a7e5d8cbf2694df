import { expect, test } from "bun:test";
import { referenceOf } from "../../ci/image.d/reference.ts";

test.each([
  ["mooring/mooring:0.1.0", "docker.io/mooring/mooring:0.1.0"],
  ["mooring:0.1.0", "docker.io/library/mooring:0.1.0"],
  ["registry.example.com/a/b-c/d_e:v1", "registry.example.com/a/b-c/d_e:v1"],
  ["localhost:5000/mooring:x", "localhost:5000/mooring:x"],
  ["localhost/mooring:x", "localhost/mooring:x"],
])("%s is kept by containerd as %s", (short, full) => {
  expect(referenceOf(short)).toEqual({ short, full, tag: short.slice(short.lastIndexOf(":") + 1) });
});

test.each([
  "",
  "mooring",
  ":x",
  "mooring:",
  "Mooring:x",
  "a//b:x",
  "a b:x",
  "mooring:-x",
  "localhost:5000/mooring",
  `m:${"x".repeat(129)}`,
  "m@sha256:0:y",
])("'%s' is refused with what is allowed", (text) => {
  expect(() => referenceOf(text)).toThrow(
    `'${text}' is no image reference; allowed: [HOST[:PORT]/]NAME:TAG, such as mooring/mooring:0.1.0`,
  );
});

import { expect, test } from "bun:test";
import { npmPackagesIn } from "../../ci/image.d/npm-packages.ts";

const lock = {
  packages: {
    "node_modules/bun": { version: "1.4.5", license: "MIT", integrity: "sha512-bun" },
    "node_modules/a": { version: "1.0.0", license: "MIT" },
    "node_modules/@s/b": { version: "2.0.0" },
    "node_modules/a/node_modules/@s/b": { version: "3.0.0", license: "ISC", integrity: "sha512-b" },
    "node_modules/installed-only": { version: "9.0.0", license: "MIT" },
  },
};
const bundling = (...paths: string[]): Parameters<typeof npmPackagesIn>[0] => ({
  outputs: { "main.js": { inputs: Object.fromEntries(paths.map((path) => [path, {}])) } },
});

test("what is bundled is listed once, what is only installed is not, and Bun always is", () => {
  const found = npmPackagesIn(
    bundling(
      "agent/main.ts",
      "node_modules/a/x.js",
      "node_modules/a/deep/y.js",
      "node_modules/@s/b/index.js",
      "node_modules/a/node_modules/@s/b/index.js",
    ),
    lock,
  );
  expect(found.map(({ name, version, license, integrity }) => [name, version, license, integrity])).toEqual([
    ["@s/b", "2.0.0", null, null],
    ["a", "1.0.0", "MIT", null],
    ["@s/b", "3.0.0", "ISC", "sha512-b"],
    ["bun", "1.4.5", "MIT", "sha512-bun"],
  ]);
});

test("a bundled package that nothing pins is refused", () => {
  expect(() => npmPackagesIn(bundling("node_modules/stranger/x.js"), lock)).toThrow(
    "node_modules/stranger is in the binary and not in package-lock.json",
  );
});

test("the real bundle: every package pinned, with a licence and a sum", async () => {
  const root = new URL("../../", import.meta.url);
  const read = (name: string): Promise<never> => Bun.file(new URL(name, root)).json() as Promise<never>;
  const found = npmPackagesIn(await read("dist/mooring.meta.json"), await read("package-lock.json"));
  expect(found.map(({ name }) => name)).toContain("hono");
  expect(found.filter(({ license, integrity }) => !license || !integrity?.startsWith("sha512-"))).toEqual([]);
});

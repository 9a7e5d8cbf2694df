import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";

const read = (name: string): Promise<string> =>
  Bun.file(fileURLToPath(new URL(`../../${name}`, import.meta.url))).text();

/** Addresses of a lock file that packages could be fetched from; where authors ask for money is not one. */
const addressesIn = (lock: unknown): string[] => {
  if (typeof lock !== "object" || lock === null) return [];
  return Object.entries(lock).flatMap(([key, value]) => {
    if (key === "funding") return [];
    if (typeof value === "string") return /:\/\/|^(git|ssh|file)[:+@]|\.tgz$/.test(value) ? [`${key}: ${value}`] : [];
    return addressesIn(value);
  });
};

test("the lock file names what is installed, not where it came from", async () => {
  const lock = JSON.parse(await read("package-lock.json")) as {
    packages: Record<string, { integrity?: string; version?: string }>;
  };
  expect(addressesIn(lock)).toEqual([]);
  const installed = Object.entries(lock.packages).filter(([path]) => path !== "");
  expect(installed.length).toBeGreaterThan(20);
  // Without an address the checksum is all that tells one package from another.
  expect(installed.filter(([, { integrity }]) => !integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
});

test("npm is told to keep it so, and from nowhere in particular", async () => {
  const settings = (await read(".npmrc")).split("\n");
  expect(settings).toContain("omit-lockfile-registry-resolved=true");
  expect(settings.filter((line) => /registry=|:\/\//.test(line) && !line.startsWith("omit-"))).toEqual([]);
});

test("every direct dependency is pinned, and the lock file agrees", async () => {
  const { dependencies, devDependencies } = JSON.parse(await read("package.json")) as Record<
    string,
    Record<string, string>
  >;
  const lock = JSON.parse(await read("package-lock.json")) as { packages: Record<string, { version?: string }> };
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect([name, lock.packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
  }
});

test("an address would be found", () => {
  for (const key of ["resolved", "version"])
    expect(addressesIn({ packages: { a: { [key]: "https://registry.example/a.tgz" } } })).toHaveLength(1);
  expect(addressesIn({ packages: { a: { version: "git+ssh://git@example/a" } } })).toHaveLength(1);
  expect(addressesIn({ packages: { a: { funding: { url: "https://example" }, version: "1.0.0" } } })).toEqual([]);
});

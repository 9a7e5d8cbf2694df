import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = async (command: string[], environment: Record<string, string> = {}): Promise<[number, string, string]> => {
  const child = Bun.spawn(command, {
    cwd: root,
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...environment },
  });
  return Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
};

test.each([
  [["--archs", "arm64"], "image: unknown argument '--archs'; allowed: --arch, --tag, --compression, --locked\n"],
  [["--arch"], "image: --arch needs a value\n"],
  [["--arch", "s390x"], "image: unknown architecture 's390x'; allowed: amd64, arm64\n"],
])("ci/image %p is refused", async (argv, message) => {
  expect(await run(["ci/image", ...argv])).toEqual([2, "", message]);
});

test("an architecture without packages or without a Bun is refused", async () => {
  expect(await run(["ci/image.d/debian", "s390x"])).toEqual([
    2,
    "",
    "image: debian.lock names no packages for 's390x'; allowed: amd64, arm64\n",
  ]);
  expect(await run(["ci/image.d/bun-executable", "s390x"])).toEqual([
    2,
    "",
    "image: unknown architecture 's390x'; allowed: amd64, arm64\n",
  ]);
});

test("without an engine the archive stays a file, and that is said", async () => {
  const [code, out] = await run(["ci/image.d/load", "dist/image.tar", "mooring/mooring:x", "sha256:a", "sha256:b"], {
    DOCKER_HOST: "unix:///nonexistent/docker.sock",
  });
  expect(code).toBe(0);
  expect(out).toMatch(
    /^image: no (Docker engine answers|docker on PATH); later: docker load -i dist\/image\.tar, or kind load image-archive dist\/image\.tar\n$/,
  );
});

test("both architectures are pinned to the same versions, each with a sum", () => {
  const lines = readFileSync(`${root}ci/image.d/debian.lock`, "utf8")
    .trim()
    .split("\n")
    .filter((line) => !/^(#|suite )/.test(line));
  const rows = lines.map((line) => line.split(" "));
  expect(rows.filter((row) => row.length !== 4 || !/^[0-9a-f]{64}$/.test(row[3] ?? ""))).toEqual([]);
  const of = (architecture: string): string[] =>
    rows.filter((row) => row[2] === architecture).map((row) => `${row[0]} ${row[1]}`);
  expect(of("amd64")).toEqual(of("arm64"));
  expect(of("amd64").map((row) => row.split(" ")[0])).toEqual(["base-files", "libc6"]);
});

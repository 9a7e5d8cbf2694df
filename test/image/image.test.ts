import { afterAll, beforeAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultsOfImage } from "../../ci/image.d/inspect.ts";
import { compressions } from "../../ci/image.d/layer.ts";
import { architecture } from "./debian-folder.ts";
import { someImage, someRoot } from "./made-image.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mooring-image-test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...command: string[]): string => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
};
const written = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

test.each([...compressions])(
  "an image with %s layers passes its inspection, and is the same every time",
  async (compression) => {
    const image = someImage(compression);
    expect(await faultsOfImage(written(`${compression}.tar`, image.archive), architecture)).toEqual([]);
    expect(Bun.deepEquals(someImage(compression), image)).toBeTrue();
  },
);

test("its configuration: root by number, the agent by default, SIGTERM", () => {
  const image = someImage();
  const archive = written("config.tar", image.archive);
  const blob = (digest: string): unknown =>
    JSON.parse(run("tar", "-xOf", archive, `blobs/${digest.replace(":", "/")}`));
  expect(blob(image.id)).toMatchObject({
    architecture,
    os: "linux",
    created: "2026-01-02T03:04:05Z",
    config: { User: "0:0", Entrypoint: ["/mooring"], Cmd: ["run"], StopSignal: "SIGTERM" },
  });
  const labels = {
    "org.opencontainers.image.version": "1.2.3",
    "org.opencontainers.image.revision": "c0ffee",
    "org.opencontainers.image.licenses": "Apache-2.0",
  };
  expect(blob(image.id)).toMatchObject({ config: { Labels: labels } });
  expect(blob(image.digest)).toMatchObject({ annotations: labels });
  const index = JSON.parse(run("tar", "-xOf", archive, "index.json"));
  expect(index.manifests[0].annotations).toEqual({
    "io.containerd.image.name": "docker.io/mooring/mooring:1.2.3",
    "org.opencontainers.image.ref.name": "1.2.3",
  });
  expect(JSON.parse(run("tar", "-xOf", archive, "manifest.json"))[0].RepoTags).toEqual(["mooring/mooring:1.2.3"]);
});

test("nothing in it but the program, its libraries, licences and what scanners read", () => {
  const { libraries, program } = someRoot();
  const paths = [...libraries, ...program]
    .map(({ path }) => path)
    .filter((path) => !/^(lib|lib64|usr\/lib\/[^/]+-linux-gnu)\//.test(path));
  expect(paths.sort()).toEqual([
    "etc/debian_version",
    "etc/os-release",
    "mooring",
    "usr/lib/os-release",
    "usr/share/common-licenses/LGPL-2.1",
    "usr/share/doc/libc6/copyright",
    "usr/share/doc/mooring/copyright",
    "var/lib/dpkg/status.d/libc6",
  ]);
});

/** Unpacks an image, has something done to the layout, packs it again. */
const tampered = (name: string, change: (layout: string) => void): string => {
  const layout = join(folder, name);
  run("mkdir", layout);
  run("tar", "-xf", written(`${name}.tar`, someImage().archive), "-C", layout);
  change(layout);
  run("tar", "-cf", join(folder, `${name}.tar`), "-C", layout, ".");
  return join(folder, `${name}.tar`);
};
const replace = (path: string, from: string, to: string): void =>
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to));
const other = architecture === "amd64" ? "arm64" : "amd64";

test("every kind of damage is found", async () => {
  const blobs = "blobs/sha256";
  const largest = (layout: string): string => {
    const sizes = readdirSync(join(layout, blobs)).map(
      (name) => [readFileSync(join(layout, blobs, name)).length, name] as const,
    );
    return join(layout, blobs, sizes.sort(([one], [two]) => two - one)[0]?.[1] ?? "");
  };
  expect(
    await faultsOfImage(
      tampered("longer", (layout) => appendFileSync(largest(layout), "x")),
      architecture,
    ),
  ).toEqual(
    expect.arrayContaining([
      expect.stringContaining("has another content"),
      expect.stringContaining("its descriptor says"),
    ]),
  );
  const relabelled = tampered("relabelled", (layout) => replace(join(layout, "index.json"), architecture, other));
  expect(await faultsOfImage(relabelled, architecture)).toEqual([`index.json says ${other}`]);
  const swapped = tampered("swapped", (layout) =>
    replace(join(layout, "manifest.json"), '"Layers":[', '"Layers":["x",'),
  );
  expect(await faultsOfImage(swapped, architecture)).toEqual(["manifest.json and index.json describe two images"]);
  const versioned = tampered("versioned", (layout) => replace(join(layout, "oci-layout"), "1.0.0", "9.0.0"));
  expect(await faultsOfImage(versioned, architecture)).toEqual(["oci-layout is not 1.0.0"]);
});

test("an image for one machine does not pass for another", async () => {
  const faults = await faultsOfImage(written("foreign.tar", someImage().archive), other);
  expect(faults).toEqual(
    expect.arrayContaining([
      `index.json says ${architecture}`,
      `config says linux/${architecture}`,
      `/mooring is for ${architecture}`,
      expect.stringMatching(/^\/usr\/lib\/.*\/libc\.so\.6 is for /),
    ]),
  );
});

test("what is no archive is refused by name", async () => {
  const text = written("text", new TextEncoder().encode("text"));
  expect(await faultsOfImage(text, architecture).catch(String)).toContain(`tar cannot unpack ${text}`);
});

import { readFileSync } from "node:fs";
import { debianPackagesIn } from "../../ci/image.d/debian-packages.ts";
import { type Image, imageOf } from "../../ci/image.d/image.ts";
import { labelsOf } from "../../ci/image.d/labels.ts";
import { type Compression, layerOf } from "../../ci/image.d/layer.ts";
import { referenceOf } from "../../ci/image.d/reference.ts";
import { type Root, rootOf } from "../../ci/image.d/root.ts";
import { architecture, debianFolder, program } from "./debian-folder.ts";

export const described = { version: "1.2.3", revision: "c0ffee", created: "2026-01-02T03:04:05Z" };

export const someRoot = (): Root => {
  using debian = debianFolder();
  return rootOf({ binary: readFileSync(program), notices: "notices\n", packages: debianPackagesIn(debian.path) });
};

/** An image that is whole but for the program in it, which is a small one. */
export const someImage = (compression: Compression = "gzip"): Image => {
  const root = someRoot();
  const layers = [layerOf(root.libraries, "libraries", compression), layerOf(root.program, "program", compression)];
  const reference = referenceOf("mooring/mooring:1.2.3");
  return imageOf({ architecture, created: described.created, labels: labelsOf(described), layers, reference });
};

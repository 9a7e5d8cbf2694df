import { expect } from "bun:test";
import { path } from "../../agent/kubernetes/api.ts";
import { nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";
import { makeClaim } from "./harness/volumes.ts";

const stage = new Stage("existing-claim");

stage.story("existing claim: untouched by uninstall, its data is there for the next release", async () => {
  const claim = path`/api/v1/namespaces/${stage.namespace}/persistentvolumeclaims/yours`;
  await makeClaim(stage, "yours");
  const values = stage.values({ volume: "existing", existingClaim: "yours" });
  const first = await stage.install(values, "first");
  const node = nodeOf(await first.agent());
  const look = (): Promise<string> =>
    stage.cluster.onNode(node, 'cat "$1/.ready" "$1/kept"; stat -c %a "$1"', stage.hostPath());
  await stage.cluster.onNode(node, 'echo from the first >"$1/kept"; chmod 0750 "$1"', stage.hostPath());
  const said = await look();
  const { spec } = await stage.cluster.get<{ spec: { volumeName: string } }>(claim);
  await first.uninstall();
  expect(await stage.cluster.mounts(node, stage.folder)).toEqual([]);

  const second = await stage.install(values, "second");
  const after = await stage.cluster.get<{ spec: { volumeName: string }; status: { phase: string } }>(claim);
  expect(after.spec.volumeName).toBe(spec.volumeName);
  expect(after.status.phase).toBe("Bound");
  expect(nodeOf(await second.agent())).toBe(node);
  // The same volume by its UUID, the file, and the mode that its owner gave it.
  expect(await look()).toBe(said);
  return {};
});

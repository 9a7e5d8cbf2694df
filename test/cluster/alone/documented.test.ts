import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { eventually } from "../harness/eventually.ts";
import { nameOf, nodeOf } from "../harness/release.ts";
import { run } from "../harness/run.ts";
import { Stage } from "../harness/stage.ts";

// With the chart's own host path, so it needs the nodes for itself.
const stage = new Stage("documented");
const page = readFileSync(fileURLToPath(new URL("../../../docs/consumers.md", import.meta.url)), "utf8");
const hostPath = "/var/lib/mooring/dumps";

stage.story("the application of docs/consumers.md writes into the volume", async () => {
  const snippet = /```yaml\n([^`]*)```/.exec(page)?.[1] ?? "";
  const image = /image: (busybox:\S+)/.exec(snippet)?.[1] ?? "";
  const release = await stage.install({
    mounts: { dumps: { size: "64Mi", minFree: { bytes: "1Mi" } } },
    unlockOnUninstall: true,
  });
  const agent = await release.agent();
  const node = nodeOf(agent);
  // There may be no registry to pull it from.
  await stage.cluster.onNode(
    node,
    'ctr -n k8s.io images tag --force "docker.io/$1" "docker.io/library/$2"',
    process.env.CONSUMER_IMAGE ?? "",
    image,
  );
  await run(["kubectl", "-n", stage.namespace, "apply", "-f", "-"], snippet);
  const app = await eventually("the application to run", async () => {
    const [pod] = await stage.pods.list("app=app");
    return pod && stage.pods.ready(nameOf(pod));
  });
  expect(nodeOf(app)).toBe(node);
  await eventually("its log in the volume", async () => {
    const log = await release.pods.exec(nameOf(agent), "/mooring", "status");
    const lines = await stage.cluster.onNode(node, 'wc -l <"$1/app/log"; stat -c %u:%g:%a "$1/app"', hostPath);
    if (/^[1-9]\d*\n1000:1000:770$/.test(lines) && log.includes(`used by ${stage.namespace}/${nameOf(app)}`))
      return true;
    throw new Error(`${lines}\n${log}`);
  });
  expect(await stage.cluster.mounts(node, hostPath)).toHaveLength(1);
  // Or it would make a new pod when the stage's pods are deleted.
  await run(["kubectl", "-n", stage.namespace, "scale", "deployment", "app", "--replicas", "0"]);
  await eventually("its pod to go", async () =>
    (await stage.pods.list("app=app")).every(({ metadata }) => metadata?.deletionTimestamp !== undefined),
  );
  return {};
});

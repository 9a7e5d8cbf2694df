import { expect } from "bun:test";
import { bareDirectory } from "./harness/bare.ts";
import { eventsIn } from "./harness/events.ts";
import { eventually } from "./harness/eventually.ts";
import { isReady, sayPod } from "./harness/pods.ts";
import { chart, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("gates");
const release = stage.release();
const values = (node: string, replicas: number) =>
  stage.values(
    { directories: [{ path: "app", mode: "1777" }] },
    { replicas, nodeSelector: { "kubernetes.io/hostname": node } },
  );

/** What the kubelet says of a pod that it holds back. */
const heldBack = (name: string, because: RegExp): Promise<string> =>
  eventually(`${name} to be held back because ${because}`, async () => {
    const pod = await stage.pods.get(name);
    const notes = (await eventsIn(stage)).filter(({ regarding }) => regarding?.name === name).map(({ note }) => note);
    const said = [sayPod(pod), ...notes].join("\n");
    if (because.test(said)) return said;
    throw new Error(said);
  });

stage.story("mooring wait on a node that never had an agent: starts with the volume, not before", async () => {
  const [node = ""] = await stage.cluster.workers();
  const consumer = stage.consumer({ node, name: "first", gate: stage.hostPath() });
  await consumer.create();
  await eventually("its init container to say what it waits for", async () =>
    (await stage.pods.logs("first", "-c", "wait")).includes(`${stage.hostPath()}: `),
  );
  expect(isReady(await stage.pods.get("first"))).toBe(false);
  await release.apply(values(node, 1));
  await consumer.started();
  const { failed } = await consumer.writes();
  expect(failed).toBe(0);
  expect(await consumer.lost()).toBe(0);
  await consumer.remove();
  expect(await bareDirectory(stage.cluster, node, stage.hostPath())).toEqual({ locked: true, files: [] });
  return { failedWrites: failed };
});

stage.story(
  "on a locked bare directory mooring wait and every hostPath type hold back; all start with the volume",
  async () => {
    const [node = ""] = await stage.cluster.workers();
    await release.apply(values(node, 1));
    expect(nodeOf(await release.agent())).toBe(node);
    await release.helm(["upgrade", release.name, chart, "--reuse-values", "--set", "replicas=0"]);
    await eventually(
      "the node to be released",
      async () => (await stage.cluster.mounts(node, stage.folder)).length === 0,
    );
    await eventually("the agent to be gone", async () => (await release.agents()).length === 0);

    const below = (name: string, volumeType: string, path: string) =>
      stage.consumer({ node, name, volumeType, volumePath: path, file: `${path}/${name}` });
    const gated = stage.consumer({ node, name: "wait", gate: stage.hostPath() });
    const consumers = [
      gated,
      below("directory", "Directory", `${stage.hostPath()}/app`),
      below("or-create", "DirectoryOrCreate", `${stage.hostPath()}/made`),
      below("no-type", "", `${stage.hostPath()}/app`),
    ];
    for (const consumer of consumers) await consumer.create();
    await heldBack("directory", /hostPath type check failed/);
    await heldBack("or-create", /operation not permitted/);
    await heldBack("no-type", /CreateContainerError .*operation not permitted/);
    await heldBack("wait", /wait running/);
    expect(await bareDirectory(stage.cluster, node, stage.hostPath())).toEqual({ locked: true, files: [] });

    await release.helm(["upgrade", release.name, chart, "--reuse-values", "--set", "replicas=1"]);
    await release.ready();
    await Promise.all(consumers.map((consumer) => consumer.started()));
    const reports = await Promise.all(consumers.map((consumer) => consumer.writes()));
    expect(reports.map(({ failed }) => failed)).toEqual([0, 0, 0, 0]);
    // Where the node has a file is where the volume is: nothing was written beside it.
    expect(await Promise.all(consumers.map((consumer) => consumer.lost()))).toEqual([0, 0, 0, 0]);
    expect(await bareDirectory(stage.cluster, node, stage.hostPath())).toEqual({ locked: true, files: [] });
    expect(await stage.cluster.onNode(node, 'stat -c "%u %g %a" "$1"', `${stage.hostPath()}/made`)).toBe("0 0 755");
    return { failedWrites: 0 };
  },
);

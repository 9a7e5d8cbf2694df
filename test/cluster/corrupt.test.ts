import { expect } from "bun:test";
import { join } from "node:path";
import { compiled } from "../kernel/harness/compile.ts";
import { Program } from "../kernel/harness/program.ts";
import { eventually } from "./harness/eventually.ts";
import { kill } from "./harness/node-actions.ts";
import { nameOf } from "./harness/release.ts";
import { run } from "./harness/run.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("corrupt");
const source = `/var/local/${stage.namespace}`;
const driver = `${source}-driver`;

/** The node's storage driver: the FUSE daemon of the kernel tests, mounted at the source. */
const startDriver = async (node: string): Promise<Program> => {
  const daemon = new Program(["docker", "exec", "-i", node, driver, source]);
  stage.later(() => daemon.send("quit"));
  await daemon.line((line) => line === "mounted", { what: "the driver to mount its volume", deadline: 60_000 });
  return daemon;
};

const opening = stage.once(async () => {
  const { cluster } = stage;
  const [node = ""] = await cluster.workers();
  stage.later(() => cluster.onNode(node, 'umount -l "$1" || true; rm -rf --one-file-system "$1" "$2"', source, driver));
  await run([
    "docker",
    "cp",
    compiled(join(import.meta.dir, "../fakes/fuse/fuse.c"), "-static"),
    `${node}:/var/driver`,
  ]);
  await cluster.onNode(node, 'mkdir -p "$1"; mv /var/driver "$2"', source, driver);
  const daemon = await startDriver(node);
  const release = await stage.install(
    stage.values(
      { volume: "hostPath", sourcePath: source, onForeign: "replace" },
      {
        nodeSelector: { "kubernetes.io/hostname": node },
        agent: { monitor: { interval: "3s", timeout: "2s" }, recovery: { backoff: { max: "2s" } } },
      },
    ),
  );
  return { node, daemon, release, consumer: await stage.startConsumer({ node }) };
});

stage.story("a stale file handle: told, and healthy again when the volume answers", async () => {
  const { daemon, release, consumer } = await opening();
  const agent = await release.agent();
  const seen = await consumer.during(async () => {
    await daemon.ask("errno ESTALE");
    await release.says(agent, "Broken", "StaleHandle");
    await daemon.ask("answer");
    await release.says(agent, "Healthy");
  });
  expect(seen.failedWrites).toBeGreaterThan(0);
  await release.ready();
  return seen;
});

stage.story("something else mounted on top: replaced, without a failed write", async () => {
  const { node, release, consumer } = await opening();
  const agent = await release.agent();
  const before = await stage.cluster.mounts(node, stage.hostPath());
  const replaced = "volume_mount_recovery_success_total";
  const so = await release.metric(agent, replaced);
  const seen = await consumer.during(async () => {
    await stage.cluster.onNode(node, 'mount -t tmpfs intruder "$1"', stage.hostPath());
    await eventually("it to be replaced", async () => (await release.metric(agent, replaced)) > so);
  });
  const after = await stage.cluster.mounts(node, stage.hostPath());
  expect(after.map(({ fsType, source }) => [fsType, source])).toEqual(
    before.map(({ fsType, source }) => [fsType, source]),
  );
  expect(seen.failedWrites).toBe(0);
  return seen;
});

stage.story(
  "its driver dies and comes back with another mount: a new container of the agent replaces the dead one",
  async () => {
    const { node, daemon, release, consumer } = await opening();
    const agent = await release.agent();
    const seen = await consumer.during(async () => {
      daemon.send("quit");
      await daemon.exited;
      await release.says(agent, "Broken", "Disconnected");
      await stage.cluster.onNode(node, 'umount -l "$1"', source);
      await startDriver(node);
      await kill(stage.cluster, await release.pods.get(nameOf(agent)));
      await eventually("the consumer to see the volume", () =>
        stage.pods.exec(consumer.name, "test", "-e", `${stage.hostPath()}/.ready`).then(() => true),
      );
    });
    await release.ready();
    expect(await stage.cluster.mounts(node, stage.hostPath())).toHaveLength(1);
    return seen;
  },
);

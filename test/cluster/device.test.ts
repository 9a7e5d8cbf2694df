import { expect } from "bun:test";
import { dumpingPod, wholeDump } from "./harness/dumping.ts";
import { eventually } from "./harness/eventually.ts";
import { makeLoopDevice } from "./harness/loop-device.ts";
import { chart } from "./harness/release.ts";
import { tryRun } from "./harness/run.ts";
import { Stage } from "./harness/stage.ts";
import { staticClaim } from "./harness/volumes.ts";

const stage = new Stage("device");

stage.story(
  "ext4 on a device, scaled to 0: a consumer finishes its dump, then the kubelet unmounts the device",
  async () => {
    const [node = ""] = await stage.cluster.workers();
    const device = await makeLoopDevice(stage, node);
    const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }];
    await staticClaim(stage, "disk", {
      local: { path: device, fsType: "ext4" },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
    });
    const values = stage.values({ volume: "existing", existingClaim: "disk", mode: "1777" });
    const release = await stage.install({ ...values, terminationGracePeriodSeconds: 60 });
    const [mount] = await stage.cluster.mounts(node, stage.hostPath());
    expect(mount).toMatchObject({ fsType: "ext4", source: device });
    const places = async (): Promise<string[]> => {
      const mounts = await stage.cluster.mounts(node, "/");
      return mounts.filter(({ source }) => source === device).map(({ mountPoint }) => mountPoint);
    };
    // UnmountDevice is about this one, and waits until it is the last.
    expect((await places()).filter((place) => place.includes("/local-volume/mounts/"))).toHaveLength(1);
    const file = `${stage.hostPath()}/dump`;
    await stage.pods.create(dumpingPod({ name: "dumping", node, volume: stage.folder, file }));
    await stage.pods.ready("dumping");

    const ended = stage.pods.remove("dumping");
    await release.helm(["upgrade", release.name, chart, "--reuse-values", "--set", "replicas=0"]);
    await eventually("the device to be unmounted everywhere on the node", async () => {
      expect(await places()).toEqual([]);
      return true;
    });
    await ended;
    // Refused while any namespace still has it mounted; a file system that was cut off would have to be repaired.
    await eventually("nobody to hold the device", async () => {
      const { code, stdout, stderr } = await tryRun(["docker", "exec", node, "e2fsck", "-f", "-p", device]);
      if (code === 0) return true;
      throw new Error(`e2fsck ended with ${code}: ${stdout}${stderr}`);
    });
    expect(await stage.cluster.onNode(node, 'debugfs -R "cat dump" "$1" 2>/dev/null', device)).toBe(wholeDump);
    return {};
  },
);

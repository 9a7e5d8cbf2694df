import { expect } from "bun:test";
import { path } from "../../agent/kubernetes/api.ts";
import { eventsIn } from "./harness/events.ts";
import { eventually } from "./harness/eventually.ts";
import { chart, nodeOf } from "./harness/release.ts";
import { Stage } from "./harness/stage.ts";

const stage = new Stage("preemption");

stage.story("the node is full: the agent takes the place of a pod of lower priority, and starts", async () => {
  const [node = ""] = await stage.cluster.workers();
  // Something that only this stage asks for, so that the node is full for it and for nobody else.
  const berth = `${stage.namespace}.example.org/berth`;
  const status = path`/api/v1/nodes/${node}/status`;
  await stage.cluster.patch(status, { status: { capacity: { [berth]: "1" } } }, "merge");
  stage.later(() => stage.cluster.patch(status, { status: { capacity: { [berth]: null } } }, "merge"));
  const one = { requests: { [berth]: "1" }, limits: { [berth]: "1" } };
  await stage.pods.create({
    metadata: { name: "lower" },
    spec: {
      nodeSelector: { "kubernetes.io/hostname": node },
      terminationGracePeriodSeconds: 1,
      containers: [
        { name: "app", image: process.env.CONSUMER_IMAGE ?? "", command: ["sleep", "86400"], resources: one },
      ],
    },
  });
  await stage.pods.ready("lower");

  const values = (create: boolean) =>
    stage.values({}, { nodeSelector: { "kubernetes.io/hostname": node }, resources: one, priorityClass: { create } });
  const release = stage.release();
  await release.helm(["install", release.name, chart, "--values", "-"], JSON.stringify(values(false)));
  await eventually("the agent without a priority to find no place", async () => {
    const { conditions = [] } = (await release.agent()).status ?? {};
    return conditions.some(({ message = "" }) => message.includes(`Insufficient ${berth}`));
  });

  await release.apply(values(true));
  expect(nodeOf(await release.agent())).toBe(node);
  const gone = await stage.pods.get("lower").then(
    ({ metadata, status: { phase } = {} }) => metadata?.deletionTimestamp !== undefined || phase === "Failed",
    (error: unknown) => String(error).includes("404"),
  );
  expect(gone).toBe(true);
  const preempted = (await eventsIn(stage)).filter(({ reason }) => reason === "Preempted");
  expect(preempted.map(({ regarding }) => regarding?.name)).toEqual(["lower"]);
  return {};
});

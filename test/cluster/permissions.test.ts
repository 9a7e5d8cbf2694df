import { expect } from "bun:test";
import { path } from "../../agent/kubernetes/api.ts";
import { type Documented, documented } from "./harness/documented.ts";
import { ownMarks } from "./harness/marks.ts";
import { run } from "./harness/run.ts";
import { Stage } from "./harness/stage.ts";
import { permissions, tokenOf } from "./harness/token.ts";
import { refusals } from "./permissions/refusals.ts";

const stage = new Stage("permissions");
const { cluster, namespace } = stage;
const kubernetes = ownMarks(stage);
const TAINT = `${namespace}:NoSchedule`;

/** One release with everything that grants little, one with everything that grants more. */
const statefulset = stage.once(() => stage.install(stage.values({}, { kubernetes }), "first"));
const daemonset = stage.once(() =>
  stage.install(
    stage.values(
      {
        hostPath: stage.hostPath("second"),
        volume: "hostPath",
        sourcePath: `${stage.folder}/source`,
        sourceType: "DirectoryOrCreate",
      },
      { mode: "daemonset", kubernetes: { ...kubernetes, startupTaint: TAINT, consumers: false } },
    ),
    "second",
  ),
);
/** What the documentation grants to a release, told as `permissions` does; in a namespace that includes what holds everywhere. */
const promised = (rows: readonly Documented[], where: string, granted: readonly string[], workload: string): string[] =>
  rows
    .filter((row) => granted.includes(row.when) && (row.where.includes(where) || row.where.includes("cluster")))
    .flatMap(({ resources, verbs, byName }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${byName ? `/${workload}` : ""}`)),
    )
    .filter((rule, index, all) => all.indexOf(rule) === index)
    .sort();

/** Without what every ServiceAccount may. */
const permitted = async (token: string, place: string): Promise<string[]> => {
  const nobody = await run(["kubectl", "-n", namespace, "create", "token", "default"]);
  const everybody = await permissions(await cluster.as(nobody), place);
  return (await permissions(await cluster.as(token), place)).filter((rule) => !everybody.includes(rule));
};

const releases = [
  {
    what: "a StatefulSet's",
    install: statefulset,
    workload: "first-mooring",
    granted: ["always", "mode statefulset", "kubernetes.consumers"],
  },
  {
    what: "a DaemonSet's with a startup taint",
    install: daemonset,
    workload: "second-mooring",
    granted: ["always", "mode daemonset", "kubernetes.startupTaint"],
  },
];

for (const { what, install, workload, granted } of releases) {
  stage.story(`${what} token may what docs/kubernetes.md lists and no more`, async () => {
    const token = await tokenOf(cluster, await (await install()).agent());
    const rows = await documented();
    const own = await permitted(token, namespace);
    expect(own).toEqual(promised(rows, "release namespace", granted, workload));
    const elsewhere = await permitted(token, "default");
    expect(elsewhere).toEqual(promised(rows, "default", granted, workload));
    expect(await permitted(token, "kube-system")).toEqual(promised(rows, "cluster", granted, workload));
    return { also: `${own.length} and ${elsewhere.length} permissions` };
  });
}

stage.story("the token may change its own node's marks", async () => {
  const agent = await (await daemonset()).agent();
  const api = await cluster.as(await tokenOf(cluster, agent));
  const reply = await api.ask({
    verb: "patch",
    patch: "strategic",
    path: path`/api/v1/nodes/${agent.spec?.nodeName ?? ""}/status`,
    query: { dryRun: "All" },
    body: {
      metadata: { labels: { [namespace]: "degraded" }, annotations: { [`mooring.dev/${namespace}-second`]: "{}" } },
      status: { conditions: [{ type: namespace, status: "Unknown", reason: "Story", message: "" }] },
    },
  });
  expect(reply.kind === "ok" ? "accepted" : reply.why).toBe("accepted");
  return {};
});

for (const { what, by, ask, says } of refusals(namespace)) {
  stage.story(`refused with the token: ${what}`, async () => {
    const agent = await (await (by === "statefulset" ? statefulset : daemonset)()).agent();
    const node = agent.spec?.nodeName ?? "";
    const other = (await cluster.workers()).find((each) => each !== node) ?? "";
    const unbound = by === "nobody" ? run(["kubectl", "-n", namespace, "create", "token", "second-mooring"]) : null;
    const api = await cluster.as((await unbound) ?? (await tokenOf(cluster, agent)));
    const question = ask({ node, other, pod: agent.metadata?.name ?? "", namespace });
    // Admission is asked all the same, and nothing is changed should it say yes.
    const reply = await api.ask({ ...question, query: { dryRun: "All" } });
    expect(reply.kind).toBe("refused");
    if (reply.kind !== "refused") return {};
    expect(reply.why).toContain(says);
    return { also: `${reply.status}: ${says}` };
  });
}

import { expect } from "bun:test";
import { exitStory } from "./exits/exit-story.ts";
import { eventually } from "./harness/eventually.ts";
import { marksOn, ownMarks } from "./harness/marks.ts";
import { run } from "./harness/run.ts";
import { Stage } from "./harness/stage.ts";

const chart = new URL("../../charts/mooring", import.meta.url).pathname;

/** With and without the hook that removes the agents while they still have their permissions. */
const ways = [
  { hooks: true, flags: [], because: /is being deleted/ },
  { hooks: false, flags: ["--no-hooks"], because: /permissions are gone|is deleted|is being deleted/ },
];

for (const helm of ["helm", "helm3"]) {
  for (const { hooks, flags, because } of ways) {
    const what = `helm ${helm === "helm" ? 4 : 3} uninstall${hooks ? "" : " --no-hooks"}`;
    // Label and condition are a stage's own.
    const stage = new Stage(`uninstall${helm === "helm" ? 4 : 3}${hooks ? "" : "-no-hooks"}`);
    exitStory(stage, {
      what,
      mount: "dumps",
      policy: "release",
      because,
      next: "nowhere",
      release: async () => {
        const release = stage.release();
        const values = JSON.stringify(stage.values({}, { kubernetes: ownMarks(stage) }));
        await run([helm, "install", release.name, chart, "--namespace", stage.namespace, "--values", "-"], values);
        const [agent] = await release.ready();
        const node = agent?.spec?.nodeName ?? "";
        await eventually("the node to be marked", async () => (await marksOn(stage, node)).length === 3);
        return release;
      },
      deed: ({ release }) =>
        run([helm, "uninstall", release.name, "--namespace", stage.namespace, ...flags, "--timeout", "3m"]),
      moreover: async ({ node, kubectl }) => {
        const left = await marksOn(stage, node);
        if (hooks) expect(left).toEqual([]);
        else await takeBack(node, kubectl);
        expect(await marksOn(stage, node)).toEqual([]);
        const bare = await stage.cluster.onNode(node, 'stat -c "%a" "$1"; lsattr -d "$1"', stage.hostPath());
        expect(bare).toMatch(/^0\n-+i/);
        return `bare directory locked; marks left: ${left.join(", ") || "none"}`;
      },
    });

    /** As docs/kubernetes.md says it. */
    const takeBack = async (node: string, kubectl: (...argv: string[]) => Promise<string>): Promise<void> => {
      const gone = { status: { conditions: [{ $patch: "delete", type: stage.namespace }] } };
      await kubectl("label", "node", node, `${stage.namespace}-`);
      await kubectl("annotate", "node", node, `mooring.dev/${stage.namespace}-mooring-`);
      await kubectl("patch", "node", node, "--subresource=status", "-p", JSON.stringify(gone));
    };
  }
}

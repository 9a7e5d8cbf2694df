import { path } from "../../../agent/kubernetes/api.ts";
import { eventually } from "./eventually.ts";
import { nameOf, type Release } from "./release.ts";
import type { Stage } from "./stage.ts";

const agents = "app.kubernetes.io/component=agent";

/**
 * Takes a stage down: its applications first, because agents wait for them before they let go, then the releases, then the rest.
 * Goes on when a step fails, so that as little as possible is left. @throws what failed, and when something stayed mounted.
 */
export const sweep = async ({
  stage,
  releases,
  ends,
}: {
  stage: Stage;
  releases: readonly Release[];
  ends: readonly (() => unknown)[];
}): Promise<void> => {
  const failures: unknown[] = [];
  const step = async (work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  const { cluster, pods, namespace, folder } = stage;
  await step(async () => {
    const applications = await pods.list("!app.kubernetes.io/component");
    await Promise.all(applications.map((pod) => pods.remove(nameOf(pod), 1)));
  });
  for (const end of ends.toReversed()) await step(end);
  await Promise.all(releases.map((release) => step(() => release.uninstall())));
  await step(() => eventually("the agents to be gone", async () => (await pods.list(agents)).length === 0));
  for (const node of await cluster.nodes()) {
    await step(() =>
      eventually(
        `nothing of ${namespace} to be mounted on ${node}`,
        async () => {
          const mounts = await cluster.mounts(node, folder);
          if (mounts.length === 0) return true;
          throw new Error(mounts.map(({ mountPoint, root }) => `${root} on ${mountPoint}`).join(", "));
        },
        30_000,
      ),
    );
    await step(() => cluster.onNode(node, unlockAndRemove, folder));
  }
  await step(() => cluster.remove(path`/api/v1/namespaces/${namespace}`));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
};

/** Bare directories are immutable. What is still mounted there is not emptied. */
const unlockAndRemove = `
  if [ -d "$1" ]; then
    find "$1" -xdev -type d -exec chattr -i {} +
    rm -rf --one-file-system "$1"
  fi
`;

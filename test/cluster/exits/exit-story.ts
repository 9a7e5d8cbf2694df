import { expect } from "bun:test";
import type { V1Pod } from "@kubernetes/client-node";
import type { MountEntry } from "../../../agent/core/mountinfo/parse.ts";
import { eventually } from "../harness/eventually.ts";
import { farewellOf } from "../harness/farewell.ts";
import { nameOf, nodeOf, type Release } from "../harness/release.ts";
import { run } from "../harness/run.ts";
import type { Stage } from "../harness/stage.ts";

/** An agent that leaves its node, and what is to become of its mount. */
export interface Exit {
  what: string;
  policy: "keep" | "release";
  /** The reason that the agent gives. */
  because: RegExp;
  /** Installed; its first agent is the one that leaves, and its mount is on the host path `stage.hostPath(mount)`. */
  release(): Promise<Release>;
  mount: string;
  /** Makes the agent leave. */
  deed(scene: Scene): unknown;
  /** Where another agent is to run afterwards. One that comes back here adopts what was kept. */
  next: "here" | "elsewhere" | "anywhere" | "nowhere";
  /** What else has to be so, and a few words about it for the table. */
  moreover?(scene: Scene): Promise<string>;
}

export interface Scene {
  release: Release;
  agent: V1Pod;
  node: string;
  kubectl(...argv: string[]): Promise<string>;
}

/** Tells how an agent leaves: what it decides and why, and the node's mount table before and after. */
export const exitStory = (stage: Stage, exit: Exit): void =>
  stage.story(`${exit.what}: ${exit.policy === "keep" ? "kept" : "released"}`, async () => {
    const { policy, because, deed, next, moreover = () => "" } = exit;
    const release = await exit.release();
    const [agent] = await release.ready();
    if (agent === undefined) throw new Error("there is no agent");
    const node = nodeOf(agent);
    const kubectl = (...argv: string[]): Promise<string> => run(["kubectl", "-n", stage.namespace, ...argv]);
    const scene: Scene = { release, agent, node, kubectl };
    const place = stage.hostPath(exit.mount);
    const before = await stage.cluster.mounts(node, place);
    expect(before).toHaveLength(1);

    const { left } = await farewellOf(agent);
    await deed(scene);
    const farewell = await left;
    expect(farewell).toMatchObject({ policy, released: policy === "release" ? ["dumps"] : [] });
    expect(farewell.why).toMatch(because);

    const more = await moreover(scene);
    const successor = next === "nowhere" ? null : await successorOf(release, agent);
    if (successor !== null && next !== "anywhere") expect(nodeOf(successor) === node).toBe(next === "here");
    const after = await stage.cluster.mounts(node, place);
    if (policy === "keep") expect(after).toEqual(before);
    else if (next === "elsewhere" || next === "nowhere") expect(after).toEqual([]);
    const told = `${sayMounts(before)} → ${sayMounts(after)}; ${farewell.why}`;
    return { also: more === "" ? told : `${told}; ${more}` };
  });

const successorOf = (release: Release, before: V1Pod): Promise<V1Pod> =>
  eventually(`a successor of ${nameOf(before)} to be ready`, async () => {
    const agents = await release.ready();
    return agents.find(({ metadata }) => metadata?.uid !== before.metadata?.uid) ?? false;
  });

/** By their numbers: the kernel gives a mount that is made anew another peer group, or another number. */
const sayMounts = (mounts: readonly MountEntry[]): string =>
  mounts.map(({ id, shared }) => `mount ${id} shared:${shared}`).join(", ") || "none";

import { expect, spyOn, test } from "bun:test";
import type { Action } from "../../agent/core/action.ts";
import { act } from "../../agent/keeper/act.ts";
import { configOf, mountOf } from "./configuration.ts";
import { World } from "./world.ts";

const mounts = [mountOf({ name: "dumps" }), mountOf({ name: "data", onForeign: "replace" })];

/** A world that came to rest, and what is done and posted from then on. */
function atRest() {
  const world = new World();
  for (const { source } of mounts) world.people.mountClaim(source ?? "");
  const done: Action["kind"][] = [];
  const agent = world.start("one", configOf(...mounts), (scene, action) => {
    const how = act(scene, action);
    // A heal that is planned ahead looks first, and does nothing while the mount is there.
    if (action.kind !== "heal" || how !== null) done.push(action.kind);
    return how;
  });
  world.run(60_000);
  done.length = 0;
  agent.posted = [];
  return { world, agent, done };
}

test("at rest nothing is done and nothing is posted; it sleeps for the whole interval", () => {
  const { world, agent, done } = atRest();
  expect(agent.keeper.wakeInMs()).toBe(30_000);
  world.run(3_600_000);
  expect(done).toEqual([]);
  expect(agent.posted).toEqual([]);
});

test("mounts that come and go elsewhere lead to a look and to nothing else", () => {
  const { world, agent, done } = atRest();
  world.run(1000);
  const passes = spyOn(agent.keeper, "pass");
  for (let event = 0; event < 100; event++) {
    agent.process.mountsChanged = true;
    world.run(10);
  }
  expect(done).toEqual([]);
  expect(agent.posted).toEqual([]);
  expect(passes).not.toHaveBeenCalled();
  world.people.unmount("/host/dumps");
  world.run(10);
  expect(done).toEqual(["heal", "anchor"]);
});

test("a change of what it rests on leads to a pass", () => {
  const { world, agent } = atRest();
  world.run(1000);
  const passes = spyOn(agent.keeper, "pass");
  const root = world.people.stackAt("/host/dumps")[0]?.root;
  if (root) world.people.mount("/host/data", root);
  world.run(10);
  expect(passes).toHaveBeenCalled();
});

test("a heartbeat is answered, and leads to no pass", () => {
  const { world, agent } = atRest();
  world.people.unlock("/host/dumps");
  agent.order({ kind: "beat", number: 7 });
  world.settle();
  expect(agent.posted).toEqual([]);
  expect(agent.beats).toEqual([7]);
});

test("the status is posted when something in it changed, and never twice the same", () => {
  const { world, agent } = atRest();
  world.people.unmount("/host/dumps");
  world.run(60_000);
  const statuses = agent.posted.filter(({ kind }) => kind === "status").map((news) => Bun.inspect(news));
  expect(new Set(statuses).size).toBe(statuses.length);
});

test("a condition is told when its state or reason changes, and keeps its beginning while the state stays", () => {
  const { world, agent } = atRest();
  const [before] = agent.status;
  const volume = world.people.stackAt("/host/dumps")[0]?.root.fileSystem;
  if (!volume || !before) throw new Error("it is mounted");
  agent.said();
  volume.full = true;
  world.run(60_000);
  world.people.unmount("/host/data");
  world.run(60_000);
  expect(agent.said()).toEqual(["dumps is Degraded/NoSpaceLeft", "data healed"]);
  const degraded = agent.status.find(({ name }) => name === "dumps")?.condition.since;
  expect(degraded).toBeGreaterThan(before.condition.since);
  volume.full = false;
  volume.temper = "silent";
  world.run(40_000);
  expect(agent.said()).toEqual(["dumps is Degraded/ProbeSlow"]);
  expect(agent.status.find(({ name }) => name === "dumps")?.condition.since).toBe(degraded ?? 0);
});

test("every line of one pass bears its number, and passes are numbered in order", () => {
  const { world, agent } = atRest();
  world.people.unmount("/host/dumps");
  world.people.unmount("/host/data");
  world.settle();
  const healed = agent.traces.filter((trace) => trace.kind === "attached" && trace.how === "healed");
  expect(healed).toHaveLength(2);
  expect(new Set(healed.map(({ pass }) => pass)).size).toBe(1);
  const passes = agent.traces.map(({ pass }) => pass);
  expect(passes).toEqual([...passes].sort((a, b) => a - b));
});

test("a pass that has too much to say says how much was left out", () => {
  const many = Array.from({ length: 600 }, (_, index) => mountOf({ name: `m${index}` }));
  const agent = new World().start("one", configOf(...many));
  agent.step();
  expect(agent.traces).toHaveLength(1001);
  expect(agent.traces.at(-1)).toMatchObject({ kind: "tracesDropped", count: 200 });
});

test("a keeper that is closed holds nothing and leaves every mount", () => {
  const { world, agent } = atRest();
  const ids = () => mounts.flatMap(({ target }) => world.people.stackAt(target)).map(({ id }) => id);
  const before = ids();
  agent.keeper.close();
  expect(String(agent.process.descriptors)).toBe("none");
  expect(ids()).toEqual(before);
});

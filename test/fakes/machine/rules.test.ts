import { describe, expect, test } from "bun:test";
import { Scene } from "../../kernel/linux/scene.ts";
import { Machine } from "./machine.ts";
import { People } from "./people.ts";
import { rules as rulesOfTargets } from "./rules.ts";
import { rules as rulesOfSources } from "./source-rules.ts";
import type { Stage } from "./stage.ts";

const TARGET = "/host/dumps";
const SOURCE = "/volumes/dumps";

const rules = [...rulesOfTargets, ...rulesOfSources];

/** The fake machine. What people do cannot fail here, or the stage is set wrongly. */
function fakeStage(): Stage {
  const machine = new Machine();
  const people = new People(machine);
  const { kernel, descriptors } = machine.start("keeper");
  people.mountClaim(SOURCE);
  const done = async (happened: unknown): Promise<void> => expect(happened).not.toBe(false);
  return {
    port: kernel,
    target: TARGET,
    source: async () => {
      const source = machine.sources.get(SOURCE);
      if (!source) throw new Error("the claim is mounted");
      return descriptors.open({ kind: "directory", directory: source.directory, through: source.mount });
    },
    mountForeign: () => done(people.mountForeign(TARGET, { source: "foreign" })),
    mountInside: async () => {
      const [top] = people.stackAt(TARGET);
      if (top) top.inside = 1;
    },
    unmount: () => done(people.unmount(TARGET)),
    removeSource: () => done(people.removeSource(SOURCE)),
    unmountSource: () => done(people.unmountClaim(SOURCE)),
    removeBare: () => done(people.removeBare(TARGET)),
    plantLink: () => done(people.plantLink(TARGET)),
  };
}

/** The real kernel, in a mount namespace of its own. */
async function realStage(scene: Scene): Promise<Stage> {
  const { machine, port } = scene;
  const source = `${machine.source}/dumps`;
  await machine.sh(`mkdir "$1" "$1/inside"`, { args: [source] });
  const done = async (script: string): Promise<void> => void (await scene.sh(script, source));
  return {
    port,
    target: machine.target,
    source: () => scene.directory(source),
    mountForeign: () => done(`mount -t tmpfs foreign "$2"`),
    mountInside: () => done(`mount -t tmpfs inside "$2/inside"`),
    unmount: () => done(`umount -l "$2"`),
    removeSource: () => done(`rm -r "$5"`),
    unmountSource: () => done(`umount -l "$1"`),
    removeBare: () => done(`rmdir "$2"`),
    plantLink: () => done(`ln -s / "$2"`),
  };
}

describe("on the fake machine", () => {
  for (const [rule, see, seen] of rules)
    test(rule, async () => {
      expect(await see(fakeStage())).toEqual(seen);
    });
});

describe("on the real kernel", () => {
  for (const [rule, see, seen] of rules)
    test(rule, async () => {
      using scene = await Scene.open();
      expect(await see(await realStage(scene))).toEqual(seen);
    });
});

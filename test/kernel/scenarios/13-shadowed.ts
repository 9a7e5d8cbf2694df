import assert from "node:assert/strict";
import { join } from "node:path";
import { until } from "../harness/until.ts";
import { bareOf, elsewhere, lockedAndEmpty } from "../rescue/shadowed.ts";
import type { Scenario } from "./scenario.ts";

/** What is taken in the volume, and what is written below: one under a free name, one deep down, one under each taken name. */
const inVolume = `mkdir "$1"/app; echo volume > "$1"/taken; echo volume > "$1"/app/taken`;
const inBare = `chattr -i "$1"; chmod 755 "$1"; mkdir -p "$1"/app/deep
  for path in free app/deep/free taken app/taken; do echo below > "$1/$path"; done`;

export const shadowed: Scenario = {
  number: 13,
  name: "shadowed",
  promise: "what was written below is moved into the volume, busy or later, and nothing there is overwritten by it",
  async play(stage) {
    const machine = await stage.machine();
    const { source, target } = machine;
    await machine.sh(inVolume, { args: [source] });
    const first = await stage.healthy(machine);
    await first.end("SIGKILL");
    await machine.sh(`umount -l "$1"; ${inBare}`, { args: [target] });
    // One opens its file anew for each record, and goes on in the volume; the other one keeps its below.
    const following = await stage.consumer(machine);
    const holding = await stage.consumer(machine, { keepOpen: true });
    for (const consumer of [following, holding]) await consumer.writes(20);

    const agent = await stage.agent(machine);
    const { busy } = await agent.event("rescueLeft");
    assert.equal(busy, 1);
    const { condition } = await agent.until("Degraded/ShadowedFiles");
    assert.match(condition.message, /1 being written/);
    assert.equal((await agent.get("/readyz")).code, 200);
    for (const consumer of [following, holding]) {
      await consumer.writes(20);
      const { failed } = await consumer.stop();
      assert.equal(consumer === holding ? failed : 0, 0);
    }
    await agent.until("Healthy");

    const contents = (path: string) => machine.read(join(source, path));
    for (const path of ["free", "app/deep/free"]) assert.equal(await contents(path), "below");
    for (const path of ["taken", "app/taken"]) assert.equal(await contents(path), "volume");
    const folders = agent.events("rescued").flatMap(({ folder }) => (typeof folder === "string" ? [folder] : []));
    const aside = (await Promise.all(folders.map((folder) => elsewhere(machine, folder)))).join("\n");
    for (const path of ["taken", "app/taken"]) assert.ok(aside.includes(`./${path}: below`), aside);
    await until(async () => (await bareOf(machine)) === lockedAndEmpty, {
      what: "the bare directory empty and locked",
    });
  },
};

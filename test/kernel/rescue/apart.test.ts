import { expect, test } from "bun:test";
import { type Apart, nothingApart, type Rescued } from "../../../agent/core/rescue.ts";
import { askVolumeChild } from "../../../agent/volume/child-process.ts";
import { requestFor, selfIn } from "../../volume/ask.ts";
import { Machine } from "../harness/machine.ts";
import type { Place } from "../harness/place.ts";
import { bareOf, inBare, volumeOf } from "./shadowed.ts";

const directoryAt = async (place: Place, path: string) => {
  const [device = "", inode = "0"] = (await place.sh(`stat -c '%Hd:%Ld %i' "$1"`, { args: [path] })).split(" ");
  return { device, inode: BigInt(inode) };
};

/** What a volume child does that is to rescue all but `apart`. */
const rescue = async (machine: Machine, below: Place, apart: Apart): Promise<Rescued | null | undefined> => {
  const { target } = machine;
  const [into, bare] = [await directoryAt(machine, target), await directoryAt(below, target)];
  const child = askVolumeChild(selfIn(machine), { ...requestFor(machine), rescue: { into, bare, apart } });
  const answer = await child.answer;
  child.letGo();
  if (!answer.ok) throw new Error(answer.why);
  return answer.report.rescued;
};

test("what a pod has mounted by itself stays, and so do the mounts in it, until the pod has ended", async () => {
  using machine = await Machine.start();
  const { root, source, target } = machine;
  await inBare(machine, "mkdir -p cache app/empty; echo one > app/log; echo free > app/free; : > app/settings");
  const below = await machine.below();
  await machine.sh(`mount --bind "$1" "$2"`, { args: [source, target] });
  const pod = await machine.below();
  await pod.sh(
    `mkdir "$1/other"; echo theirs > "$1/other/file"; : > "$1/log"
     mount --bind "$1/other" "$2/cache"; mount --bind "$1/other/file" "$2/app/settings"; mount --bind "$2/app/log" "$1/log"`,
    { args: [root, target] },
  );

  const apart = { roots: ["app/log", "app"], points: ["cache", "app/settings"] };
  const rescued = await rescue(machine, below, apart);
  expect(rescued).toMatchObject({ files: 1, left: { busy: 0, failed: 3 }, more: false });
  expect(rescued?.example).toEndWith(" is mounted by itself in a pod");
  expect(await volumeOf(machine)).toBe("./app/\n./app/empty/\n./app/free: free\n./cache/");
  expect(await pod.sh(`cat "$1/cache/file" "$1/app/settings"`, { args: [target] })).toBe("theirs\ntheirs");
  await pod.sh(`echo two >> "$1/log"`, { args: [root] });

  await pod.sh(`umount "$1/log" "$2/cache" "$2/app/settings"`, { args: [root, target] });
  expect(await rescue(machine, below, nothingApart)).toMatchObject({ files: 2, left: { failed: 0 } });
  expect(await machine.read(`${source}/app/log`)).toBe("one\ntwo");
  expect(await bareOf(machine)).toBe("755\ni");
});

import type { Place } from "../../../kernel/harness/place.ts";
import type { MountName } from "../trouble.ts";
import { clear, type Fault } from "./fault.ts";

export const unlock = (name: MountName): Fault => ({
  name: "bare directory unlocked",
  weight: 2,
  can: clear(name),
  async make(world) {
    await world.under(name, (below, directory) =>
      below.sh(`until { chattr -i "$1" && chmod 755 "$1"; } 2>/dev/null; do :; done`, { args: [directory] }),
    );
    const lockOf = (below: Place, directory: string) =>
      below.sh(`echo "$(stat -c %a "$1") $(lsattr -d "$1" | cut -c5)"`, { args: [directory] });
    await world.until(async () => (await world.under(name, lockOf)) === "0 i", "the bare directory to be locked again");
    return null;
  },
});

/** By whoever still sees it, under a name of its own or one that is taken. */
export const writeBelow = (name: MountName): Fault => ({
  name: "written to the bare directory",
  weight: 3,
  can: clear(name),
  async make(world) {
    const { dice, accounts } = world;
    const note = `note ${dice.below(2 ** 30)}`;
    accounts.note(note);
    const file = dice.pick(["note", `deep/${note}`]);
    // The agent may lock it again at any moment.
    const script = `until { chattr -i "$1" && chmod 755 "$1" && mkdir -p "$1/deep" && echo "$2" >> "$1/$3"; } 2>/dev/null; do :; done`;
    await world.under(name, (below, directory) => below.sh(script, { args: [directory, note, file] }));
    await world.until(async () => (await world.shadowed(name)) === 0, "it to be rescued");
    return null;
  },
});

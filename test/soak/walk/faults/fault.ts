import type { MountName, Trouble } from "../trouble.ts";
import type { World } from "../world.ts";

/** One thing that goes wrong. What stays wrong is returned as a trouble; of all else the agent must recover by itself. */
export interface Fault {
  name: string;
  weight: number;
  /** It ends the agent: not for a lane in which one agent lives all the time. */
  endsAgent?: true;
  can(world: World): boolean;
  make(world: World): Promise<Trouble | null>;
}

export const always = () => true;
export const clear =
  (...names: MountName[]) =>
  (world: World) =>
    world.isClear(...names);
/** Where whichever agent is there has what it needs to put the mount back. */
export const canHeal = (name: MountName) => (world: World) =>
  world.troublesOf(name).every(({ kind }) => kind === "full");

export const ofEither = (make: (name: MountName) => Fault): Fault[] => [make("dumps"), make("heaps")];

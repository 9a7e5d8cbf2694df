import type { Kernel, Parent, Tree } from "../../../agent/keeper/port.ts";
import { KernelError } from "../../../agent/kernel/error.ts";

/** The keeper's port, whether it answers at once or over a pipe. */
export type AnyPort = {
  [K in keyof Kernel]: (...args: Parameters<Kernel[K]>) => ReturnType<Kernel[K]> | Promise<ReturnType<Kernel[K]>>;
};

/** A target with a port to it and people around it: on the fake machine, or on the real kernel. */
export interface Stage {
  readonly port: AnyPort;
  readonly target: string;
  /** A descriptor of the source, as a volume child has one. */
  source(): Promise<number>;
  mountForeign(): Promise<void>;
  mountInside(): Promise<void>;
  unmount(): Promise<void>;
  removeSource(): Promise<void>;
  /** Lazily: what somebody has opened below it stays open. */
  unmountSource(): Promise<void>;
  removeBare(): Promise<void>;
  plantLink(): Promise<void>;
}

/** The errno with which a call fails, or `done`. */
export const codeOf = async (call: () => unknown): Promise<string> => {
  try {
    await call();
    return "done";
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
};

/** The parent, with the bare directory made. */
export async function opened({ port, target }: Stage): Promise<Parent> {
  const parent = await port.openParent(target);
  const bare = await port.openBare(parent);
  await port.close(bare.fd);
  return parent;
}

/** A detached clone of the source. */
export const treeOf = async (stage: Stage): Promise<Tree> =>
  stage.port.cloneSource(await stage.source(), ["nosuid", "nodev"]);

/** The id of the mount on top. */
export async function topId({ port }: Stage, parent: Parent): Promise<bigint> {
  const top = await port.look(parent);
  if (top.kind !== "mount") throw new Error(`a mount should be on top: ${top.kind}`);
  return top.id;
}

/** The parent with the source attached, and the mount's id. */
export async function attached(stage: Stage): Promise<{ parent: Parent; id: bigint }> {
  const parent = await opened(stage);
  const tree = await treeOf(stage);
  await stage.port.attach(tree, parent);
  await stage.port.close(tree);
  return { parent, id: await topId(stage, parent) };
}

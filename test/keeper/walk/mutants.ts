import type { Action, ActionKind } from "../../../agent/core/action.ts";
import type { Attachment } from "../../../agent/core/trace.ts";
import { act, type Scene } from "../../../agent/keeper/act.ts";

type Broken = (scene: Scene, action: Action) => Attachment | null;

/** Detaches whatever is on top, as an executor that does not check the id would. */
function detachAnything({ kernel, parent }: Scene): void {
  const top = kernel.look(parent);
  if (top.kind === "mount") kernel.detachTop(parent, top.id);
}

/** Detaches by path: what is on top by now, whatever was planned for. */
const withoutIds = (scene: Scene): Scene => {
  const { kernel, parent } = scene;
  return { ...scene, kernel: { ...kernel, detachTop: () => detachAnything({ ...scene, kernel, parent }) } };
};

const really = (scene: Scene, action: Action): Attachment | null => act(scene, action);

/** For each kind of action, executors that are broken as a hasty change would break them. */
export const mutants: Record<ActionKind, Record<string, Broken>> = {
  secure: {
    "does nothing": () => null,
    "acts without the lock": ({ berth }) => {
      berth.lock = { kind: "held" };
      berth.bareView = { locked: true, immutable: true, shadowed: 0 };
      return null;
    },
    "does not seal": ({ kernel, berth, parent }) => {
      if (berth.bare) return null;
      const bare = kernel.openBare(parent);
      berth.bare = bare;
      berth.lock = kernel.lockBare(bare) ? { kind: "held" } : { kind: "other", holder: "somebody" };
      berth.bareDirectory = kernel.inspectBare(bare);
      berth.bareView = { locked: true, immutable: false, shadowed: 0 };
      return null;
    },
    "forgets to close": (scene, action) => {
      scene.kernel.openBare(scene.parent);
      return really(scene, action);
    },
  },
  attach: {
    "does nothing": () => "attached",
    "attaches another directory": ({ kernel, parent }) => {
      const tree = kernel.cloneTop(parent);
      kernel.attach(tree, parent);
      kernel.close(tree);
      return "attached";
    },
    "leaves the options for later": ({ kernel, berth, parent }) => {
      const tree = kernel.cloneSource(berth.source ?? -1, []);
      kernel.attach(tree, parent);
      kernel.close(tree);
      return "attached";
    },
    "attaches twice": (scene, action) => {
      const { kernel, berth, parent } = scene;
      const second = kernel.cloneSource(berth.source ?? -1, berth.mount.options);
      const how = really(scene, action);
      kernel.attach(second, parent);
      kernel.close(second);
      return how;
    },
    "forgets to close": (scene, action) => {
      scene.kernel.cloneSource(scene.berth.source ?? -1, []);
      return really(scene, action);
    },
  },
  heal: {
    "does nothing": () => "healed",
    "keeps what it has attached as its anchor": ({ kernel, berth, parent }) => {
      if (berth.anchor !== null) kernel.attach(berth.anchor.tree, parent);
      return "healed";
    },
    "forgets to close": (scene, action) => {
      const how = really(scene, action);
      scene.kernel.cloneTop(scene.parent);
      return how;
    },
  },
  replace: {
    "does nothing": () => "replaced",
    "detaches first where it could attach beneath": (scene, action) => {
      const { kernel } = scene;
      return really({ ...scene, kernel: { ...kernel, attachBeneath: () => false } }, action);
    },
    "leaves the wrong one on top": (scene, action) =>
      really({ ...scene, kernel: { ...scene.kernel, detachTop: () => {} } }, action),
    "detaches one too many": (scene, action) => {
      const how = really(scene, action);
      detachAnything(scene);
      return how;
    },
  },
  uncover: {
    "does nothing": () => "uncovered",
    "detaches one too many": (scene, action) => {
      const how = really(scene, action);
      detachAnything(scene);
      return how;
    },
  },
  anchor: {
    "does nothing": () => null,
    "takes whatever is on top for the right one": ({ kernel, berth, parent }) => {
      const tree = kernel.cloneTop(parent);
      if (berth.anchor !== null) kernel.close(berth.anchor.tree);
      berth.anchor = { tree, ...kernel.identify(tree) };
      berth.memory.anchored = true;
      return null;
    },
    "forgets to close": (scene, action) => {
      scene.kernel.cloneTop(scene.parent);
      return really(scene, action);
    },
  },
  restoreOptions: {
    "does nothing": () => null,
    "takes every option away": ({ kernel, berth, parent }, action) => {
      if ("top" in action) kernel.changeOptions(parent, action.top, [], ["ro", "nosuid", "nodev"]);
      berth.seen = null;
      return null;
    },
  },
  unstack: {
    "does nothing": () => null,
    "detaches one too many": (scene, action) => {
      const how = really(scene, action);
      detachAnything(scene);
      return how;
    },
    "detaches whatever the stack": ({ kernel, parent }) => {
      for (const id of kernel.stack(parent).slice(0, -1)) kernel.detachTop(parent, id);
      return null;
    },
  },
  abort: {
    "does nothing": () => null,
    "detaches as well": (scene, action) => {
      const how = really(scene, action);
      detachAnything(scene);
      return how;
    },
    "says so and does not": ({ berth }) => {
      berth.memory.probe.aborted = true;
      return null;
    },
  },
  detach: {
    "does nothing": () => null,
    "takes what lies below along": (scene, action) => {
      const how = really(scene, action);
      detachAnything(scene);
      return how;
    },
  },
};

/** Executors that do not check again, just before they act, that things still are as planned. */
export const careless: Partial<Record<ActionKind, Record<string, Broken>>> = {
  replace: { "detaches by path": (scene, action) => really(withoutIds(scene), action) },
  uncover: { "detaches by path": (scene, action) => really(withoutIds(scene), action) },
  unstack: { "detaches by path": (scene, action) => really(withoutIds(scene), action) },
  detach: { "detaches by path": (scene, action) => really(withoutIds(scene), action) },
  restoreOptions: {
    "changes whatever is on top": ({ kernel, berth, parent }, action) => {
      const top = kernel.look(parent);
      if (top.kind === "mount" && action.kind === "restoreOptions")
        kernel.changeOptions(parent, top.id, action.set, action.clear);
      berth.seen = null;
      return null;
    },
  },
};

/** The executors, one of them broken. */
export const withBroken =
  (kind: ActionKind, broken: Broken): typeof act =>
  (scene, action) =>
    action.kind === kind ? broken(scene, action) : act(scene, action);

import { attached, codeOf, opened, type Stage, treeOf } from "./stage.ts";

/** The same of sources, and of what is cloned of them before it is attached. */
export const rules: [rule: string, see: (stage: Stage) => Promise<unknown>, seen: unknown][] = [
  [
    "a directory of a mount that is gone cannot be cloned any more; a clone that was made before can be attached",
    async (stage) => {
      const parent = await opened(stage);
      const source = await stage.source();
      const tree = await treeOf(stage);
      await stage.unmountSource();
      const late = await codeOf(() => stage.port.cloneSource(source, ["nosuid"]));
      const early = await codeOf(() => stage.port.attach(tree, parent));
      return [late, early];
    },
    ["EINVAL", "done"],
  ],
  [
    "options are added to a clone of the top, and to nothing else; with them it is attached",
    async (stage) => {
      const { parent } = await attached(stage);
      const anchor = await stage.port.cloneTop(parent);
      const added = await stage.port.addOptions(anchor, ["noexec", "ro"]);
      const before = await stage.port.look(parent);
      await stage.unmount();
      await stage.port.attach(anchor, parent);
      const after = await stage.port.look(parent);
      return [added, ...[before, after].map((top) => top.kind === "mount" && top.options.toSorted().join())];
    },
    [true, "nodev,nosuid", "nodev,noexec,nosuid,ro"],
  ],
];

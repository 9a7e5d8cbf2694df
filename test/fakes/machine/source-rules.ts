import { codeOf, opened, type Stage, treeOf } from "./stage.ts";

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
];

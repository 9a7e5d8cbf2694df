import { attached, codeOf, opened, type Stage, topId, treeOf } from "./stage.ts";

/** What the kernel does, as far as the keeper relies on it: each rule, how to see it, and what is seen. */
export const rules: [rule: string, see: (stage: Stage) => Promise<unknown>, seen: unknown][] = [
  [
    "a target is missing, bare, or covered, or a link",
    async (stage) => {
      const parent = await stage.port.openParent(stage.target);
      const kinds = [(await stage.port.look(parent)).kind];
      await stage.port.close((await stage.port.openBare(parent)).fd);
      kinds.push((await stage.port.look(parent)).kind);
      await stage.mountForeign();
      kinds.push((await stage.port.look(parent)).kind);
      await stage.unmount();
      await stage.removeBare();
      await stage.plantLink();
      kinds.push((await stage.port.look(parent)).kind);
      return kinds;
    },
    ["missing", "bare", "mount", "unusable"],
  ],
  [
    "a tree is attached once, with the id and the options it has",
    async (stage) => {
      const parent = await opened(stage);
      const tree = await treeOf(stage);
      const { mountId } = await stage.port.identify(tree);
      const first = await codeOf(() => stage.port.attach(tree, parent));
      const top = await stage.port.look(parent);
      if (top.kind !== "mount") return top.kind;
      const again = await codeOf(() => stage.port.attach(tree, parent));
      await stage.unmount();
      const afterwards = await codeOf(() => stage.port.attach(tree, parent));
      return [first, top.id === mountId, top.options.toSorted((a, b) => (a < b ? -1 : 1)), again, afterwards];
    },
    ["done", true, ["nodev", "nosuid"], "EINVAL", "EINVAL"],
  ],
  [
    "nothing is attached where there is no directory",
    async (stage) => {
      const parent = await stage.port.openParent(stage.target);
      return codeOf(async () => stage.port.attach(await treeOf(stage), parent));
    },
    "ENOENT",
  ],
  [
    "nothing goes beneath a bare directory; beneath a mount it is second in the stack",
    async (stage) => {
      const parent = await opened(stage);
      const tree = await treeOf(stage);
      const bare = await codeOf(() => stage.port.attachBeneath(tree, parent));
      await stage.mountForeign();
      const top = await topId(stage, parent);
      const { mountId } = await stage.port.identify(tree);
      const beneath = await codeOf(() => stage.port.attachBeneath(tree, parent));
      const stack = await stage.port.stack(parent);
      return [bare, beneath, stack.length, stack[0] === top, stack[1] === mountId];
    },
    ["EINVAL", "done", 2, true, true],
  ],
  [
    "only the mount that is meant is detached, and none with something inside",
    async (stage) => {
      const { parent, id } = await attached(stage);
      const wrong = await codeOf(() => stage.port.detachTop(parent, id + 1n));
      await stage.mountInside();
      const busy = await codeOf(() => stage.port.detachTop(parent, id));
      return [wrong, busy, (await topId(stage, parent)) === id];
    },
    ["ESTALE", "EBUSY", true],
  ],
  [
    "a bare directory is never detached, and what is gone is described by nothing",
    async (stage) => {
      const { parent, id } = await attached(stage);
      const before = await stage.port.describe(id);
      const detached = await codeOf(() => stage.port.detachTop(parent, id));
      const again = await codeOf(() => stage.port.detachTop(parent, id));
      return [before !== null, detached, again, await stage.port.describe(id)];
    },
    [true, "done", "ESTALE", null],
  ],
  [
    "options are changed on the mount that is meant only",
    async (stage) => {
      const { parent, id } = await attached(stage);
      const wrong = await codeOf(() => stage.port.changeOptions(parent, id + 1n, ["ro"], []));
      await stage.port.changeOptions(parent, id, ["ro"], ["nodev"]);
      const top = await stage.port.look(parent);
      return [wrong, top.kind === "mount" && top.options.toSorted((a, b) => (a < b ? -1 : 1))];
    },
    ["ESTALE", ["nosuid", "ro"]],
  ],
  [
    "a clone of the top is the top's directory, a clone of a bare target the bare directory, under another id",
    async (stage) => {
      const { parent, id } = await attached(stage);
      const source = await stage.port.identify(await stage.source());
      const anchor = await stage.port.identify(await stage.port.cloneTop(parent));
      await stage.unmount();
      const bare = await stage.port.look(parent);
      const ofBare = await stage.port.identify(await stage.port.cloneTop(parent));
      const isSource = anchor.inode === source.inode && anchor.device === source.device;
      return [isSource, anchor.mountId !== id, bare.kind === "bare" && bare.inode === ofBare.inode];
    },
    [true, true, true],
  ],
  [
    "a deleted directory goes on being mounted, and is told as such; it can be cloned, and never attached again",
    async (stage) => {
      const { parent } = await attached(stage);
      await stage.removeSource();
      const top = await stage.port.look(parent);
      if (top.kind !== "mount") return top.kind;
      const root = (await stage.port.describe(top.id))?.root.endsWith("//deleted");
      const anchor = await stage.port.cloneTop(parent);
      await stage.unmount();
      const attach = await codeOf(() => stage.port.attach(anchor, parent));
      await stage.mountForeign();
      return [top.deleted, root, attach, await codeOf(() => stage.port.attachBeneath(anchor, parent))];
    },
    [true, true, "ENOENT", "ENOENT"],
  ],
  [
    "the bare directory is told apart under a mount too, and without being opened",
    async (stage) => {
      const parent = await stage.port.openParent(stage.target);
      const seen = [await stage.port.bareAt(parent)];
      const bare = await stage.port.openBare(parent);
      const { inode } = await stage.port.inspectBare(bare);
      await stage.mountForeign();
      seen.push(await stage.port.bareAt(parent));
      return [seen[0], seen[1]?.inode === inode];
    },
    [null, true],
  ],
  [
    "one holder locks the bare directory at a time, under a mount too, until it closes it",
    async (stage) => {
      const { parent } = await attached(stage);
      const [first, second] = [await stage.port.openBare(parent), await stage.port.openBare(parent)];
      const taken = [await stage.port.lockBare(first), await stage.port.lockBare(second)];
      await stage.port.close(first.fd);
      return [...taken, await stage.port.lockBare(second)];
    },
    [true, false, true],
  ],
  [
    "a bare directory is sealed with its record, again and again, and what is mounted on it may go and come",
    async (stage) => {
      const { parent } = await attached(stage);
      const bare = await stage.port.openBare(parent);
      const before = [await stage.port.readRecord(bare), (await stage.port.inspectBare(bare)).sealed];
      const sealed = [await stage.port.sealBare(bare, "one"), await stage.port.sealBare(bare, "two")];
      const after = [await stage.port.readRecord(bare), (await stage.port.inspectBare(bare)).sealed];
      await stage.unmount();
      const top = await stage.port.look(parent);
      const attach = await codeOf(async () => stage.port.attach(await treeOf(stage), parent));
      return [...before, ...sealed, ...after, top.kind === "bare" && top.locked, attach];
    },
    [null, false, true, true, "two", true, true, "done"],
  ],
  [
    "a bare directory that is removed takes its mounts along, and is told as removed to who holds it",
    async (stage) => {
      const parent = await opened(stage);
      const bare = await stage.port.openBare(parent);
      await stage.removeBare();
      const { removed } = await stage.port.inspectBare(bare);
      return [removed, (await stage.port.look(parent)).kind];
    },
    [true, "missing"],
  ],
  [
    "every change of the mounts wakes once, and a remount does too",
    async (stage) => {
      const parent = await opened(stage);
      await stage.port.wait(0);
      const woken = [(await stage.port.wait(0)).mountsChanged];
      await stage.mountForeign();
      await stage.unmount();
      woken.push((await stage.port.wait(5000)).mountsChanged, (await stage.port.wait(0)).mountsChanged);
      await stage.mountForeign();
      await stage.port.wait(5000);
      await stage.port.changeOptions(parent, await topId(stage, parent), ["noexec"], []);
      woken.push((await stage.port.wait(5000)).mountsChanged);
      return woken;
    },
    [false, true, false, true],
  ],
  [
    "the parent is where its path leads, and shared",
    async (stage) => {
      const { replaced, shared } = await stage.port.inspectParent(await opened(stage));
      return [replaced, shared];
    },
    [false, true],
  ],
];

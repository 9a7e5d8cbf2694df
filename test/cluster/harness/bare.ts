import type { Cluster } from "./cluster.ts";

/** What lies under a host path while something is mounted on it, and the flag that locks it. */
export interface BareDirectory {
  locked: boolean;
  files: string[];
}

/** Looks at a bare directory through a bind of its parent that shows nothing mounted below; null when there is none. */
export const bareDirectory = async (
  cluster: Cluster,
  node: string,
  hostPath: string,
): Promise<BareDirectory | null> => {
  const said = await cluster.onNode(node, `unshare --mount bash -ceu "$2" bash "$1"`, hostPath, look);
  if (said === "none") return null;
  const [flags = "", ...files] = said.split("\n");
  return { locked: flags.includes("i"), files };
};

const look = `
  parent=$(dirname "$1")
  mount --bind "$parent" "$parent"
  cd "$parent"
  name=$(basename "$1")
  if [ -d "$name" ]; then
    lsattr -d "$name" | cut -d " " -f 1
    ls -A "$name"
  else
    echo none
  fi
`;

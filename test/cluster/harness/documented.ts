/** A row of the table of permissions in docs/kubernetes.md. */
export interface Documented {
  /** `cluster`, `release namespace`, or a namespace. */
  where: readonly string[];
  /** `statefulsets.apps`; without a group those of the core. */
  resources: readonly string[];
  verbs: readonly string[];
  /** Only the objects of the release. */
  byName: boolean;
  /** Which values grant it; `always`. */
  when: string;
}

/** The permissions that the documentation lists. @throws when the table is not there. */
export const documented = async (): Promise<Documented[]> => {
  const text = await Bun.file(new URL("../../../docs/kubernetes.md", import.meta.url)).text();
  const header = "| where | resource | verbs | when | for |\n|---|---|---|---|---|\n";
  const [, table] = text.split(header);
  if (table === undefined) throw new Error("docs/kubernetes.md has no table of permissions");
  return table
    .split("\n\n", 1)
    .join("")
    .split("\n")
    .map((row) => {
      const [where = "", resource = "", verbs = "", when = ""] = row
        .split("|")
        .slice(1)
        .map((cell) => cell.trim());
      return {
        where: namesIn(where),
        resources: namesIn(resource.replace(", by name", "")),
        verbs: namesIn(verbs),
        byName: resource.endsWith(", by name"),
        when: when.replaceAll("`", ""),
      };
    });
};

const namesIn = (cell: string): string[] => cell.split(",").map((name) => name.trim().replaceAll("`", ""));

import { type Noted, noted, writesOf } from "./audit.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";

/** Waits until a service account has written nothing for so long; returns what it wrote since `from`. */
export const quiet = (
  cluster: Cluster,
  account: { namespace: string; account: string; from: number },
  quietMs: number,
): Promise<Noted[]> =>
  eventually(
    `${account.account} to write nothing for ${quietMs / 1000} s`,
    async () => {
      const writes = writesOf(await noted(cluster, account));
      const last = writes.at(-1)?.at ?? account.from;
      if (Date.now() - last >= quietMs) return writes;
      throw new Error(`${writes.length} writes, the last ${Date.now() - last} ms ago`);
    },
    quietMs + 180_000,
  );

import type { V1Pod } from "@kubernetes/client-node";
import { fieldsOf, textOf } from "../../../agent/core/untrusted.ts";
import { containerOf } from "./node-actions.ts";
import { nameOf, nodeOf } from "./release.ts";

/** How an agent left, by its own log. */
export interface Farewell {
  policy: "keep" | "release";
  why: string;
  /** The mounts that it let go. */
  released: string[];
}

/**
 * Reads an agent's log on its node until its container has ended: `kubectl logs` loses the end of a pod that is gone. Resolves
 * once it reads, to a promise of how the agent left.
 */
export const farewellOf = async (agent: V1Pod): Promise<{ left: Promise<Farewell> }> => {
  const { namespace, uid } = agent.metadata ?? {};
  const folder = `/var/log/pods/${namespace}_${nameOf(agent)}_${uid}/mooring`;
  const argv = ["docker", "exec", nodeOf(agent), "bash", "-ceu", readToTheEnd, "bash", containerOf(agent), folder];
  const child = Bun.spawn(argv, { stdout: "pipe", stderr: "inherit" });
  const reading = Promise.withResolvers<void>();
  const collect = async (): Promise<string> => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      text += decoder.decode(chunk, { stream: true });
      reading.resolve();
    }
    return text;
  };
  const left = collect().then(readFarewell);
  left.catch(() => {});
  await Promise.race([reading.promise, left]);
  return { left };
};

const readToTheEnd = `
  pid=$(ctr -n k8s.io task ls | awk -v id="$1" '$1 == id {print $2}')
  exec timeout 300 tail -n +1 -s 0.05 -f --pid="$pid" "$2"/*.log
`;

/** Lines as the container runtime writes them: time, stream, F, and the agent's own. @throws when it did not decide. */
const readFarewell = (text: string): Farewell => {
  const said = text.split("\n").flatMap((line) => {
    const [, json] = /^\S+ std(?:out|err) F (\{.*\})$/.exec(line) ?? [];
    return json === undefined ? [] : [fieldsOf(JSON.parse(json))];
  });
  const decided = said.findLast(({ event }) => event === "exitDecided");
  const policy = textOf(decided?.policy);
  if (policy !== "keep" && policy !== "release")
    throw new Error(`the agent ended without a decision:\n${text.slice(-4000)}`);
  return {
    policy,
    why: textOf(decided?.why) ?? "",
    released: said.flatMap(({ event, mount }) => (event === "released" ? [String(mount)] : [])),
  };
};

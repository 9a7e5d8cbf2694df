import { join } from "node:path";
import { compiled } from "../kernel/harness/compile.ts";
import { Machine } from "../kernel/harness/machine.ts";
import type { Program } from "../kernel/harness/program.ts";

/** Something that holds a target, on a machine of its own so that nobody else's mounts wake it. */
export interface Contender extends Disposable {
  name: string;
  machine: Machine;
  /** Already holding the target. */
  program: Program;
}

export type Entrant = "peer" | "agent";

const agentBinary = join(import.meta.dir, "../../dist/mooring");

export const contender = async (entrant: Entrant, { otherMounts = 0 } = {}): Promise<Contender> => {
  const machine = await Machine.start();
  if (otherMounts) await crowd(machine, otherMounts);
  const program = entrant === "peer" ? await startPeer(machine) : await startAgent(machine);
  return { name: entrant, machine, program, [Symbol.dispose]: () => machine[Symbol.dispose]() };
};

const startPeer = async (machine: Machine): Promise<Program> => {
  const program = machine.run([compiled(join(import.meta.dir, "peer.c")), machine.source, machine.target]);
  await program.line((line) => line === "mounted", { what: "the peer to mount" });
  return program;
};

const startAgent = async (machine: Machine): Promise<Program> => {
  const { argv, port } = await agentCommand(machine);
  const program = machine.run(argv);
  await program.until(() => isReady(port), { what: "/readyz to say 200" });
  return program;
};

/** The agent's command line for a machine, its configuration written there. */
export const agentCommand = async (machine: Machine): Promise<{ argv: string[]; port: number }> => {
  const port = freePort();
  const config = join(machine.root, "mooring.yaml");
  await machine.write(
    config,
    `mounts:
  - name: dumps
    source: ${machine.source}
    target: ${machine.target}
http: {host: 127.0.0.1, port: ${port}}
log: {level: warn}
kubernetes: {enabled: false}
`,
  );
  return { argv: [agentBinary, "run", "--config", config], port };
};

export const isReady = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1000) })).status === 200;

const crowd = (machine: Machine, count: number): Promise<string> =>
  machine.sh(`mkdir "$2"; mount -t tmpfs crowd "$2"; "$1" "$2" "$3"`, {
    args: [compiled(join(import.meta.dir, "crowd.c")), join(machine.root, "crowd"), String(count)],
    deadline: 120_000,
  });

const freePort = (): number => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  if (port === undefined) throw new Error("no free port");
  return port;
};

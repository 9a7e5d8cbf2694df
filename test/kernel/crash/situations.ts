import { Agent, type AgentOptions, configFor, mooring, testBuild } from "../harness/agent.ts";
import type { Machine } from "../harness/machine.ts";
import { until } from "../harness/until.ts";
import { filesBelow } from "./there.ts";

/** Which part of the agent takes the steps. */
export type Actor = "keeper" | "child" | "main";

/** Something that the agent does in several steps, any two of which it may be killed between. */
export interface Situation {
  actor: Actor;
  /** The configuration that it begins with, and with which the next agent starts unless `afterwards` says otherwise. */
  options: AgentOptions;
  afterwards?: AgentOptions;
  /** Brings about what leads to the steps, with a Healthy agent; null when its start does. Resolves at once. */
  provoke: ((machine: Machine, agent: Agent) => Promise<unknown>) | null;
  /** Another command than the agent takes the steps, after the agent itself was killed. */
  command?: string[];
  /** Writes at the target meanwhile: no write of it may fail, or, where the mount goes away, none that succeeded be lost. */
  consumer?: "failed" | "lost";
  /** Whether all of it is done, where the target alone does not tell. */
  done?: (machine: Machine) => Promise<boolean>;
  /** What the target shows in the end. */
  volume: string | null;
  /** Where that is; the target by default. */
  target?: (machine: Machine) => string;
}

const quick = { monitor: { interval: "200ms", timeout: "180ms" } };
const directories = [
  { path: "app-one", uid: 1000, gid: 1000, mode: "0770" },
  { path: "app-two/deep", uid: 2000, gid: 2000, mode: "0770" },
];
const plain: AgentOptions = { config: quick };
const elsewhere = (machine: Machine): string => `${machine.parent}/elsewhere`;
const withDirectories: AgentOptions = { config: quick, mount: { directories, mode: "1777" } };

export const situations: Record<string, Situation> = {
  "first attach": { actor: "keeper", options: plain, provoke: null, volume: "scratch" },
  "marks and directories": { actor: "child", options: withDirectories, provoke: null, volume: "scratch" },
  rescue: {
    actor: "child",
    options: plain,
    provoke: shadow,
    done: async (machine) => (await filesBelow(machine)) === "",
    volume: "scratch",
  },
  heal: {
    actor: "keeper",
    options: plain,
    provoke: (machine) => machine.sh(`umount -l "$1"`, { args: [machine.target] }),
    consumer: "lost",
    volume: "scratch",
  },
  "replace a stale mount": {
    actor: "keeper",
    options: plain,
    provoke: (machine) => machine.sh(`mount -t tmpfs another "$1"`, { args: [machine.source] }),
    consumer: "failed",
    volume: "another",
  },
  "put options right": {
    actor: "keeper",
    options: plain,
    provoke: (machine) => machine.sh(`mount -o remount,bind,ro,nosuid,nodev "$1"`, { args: [machine.target] }),
    volume: "scratch",
  },
  "reload with another target": {
    actor: "keeper",
    options: plain,
    afterwards: { config: quick, mount: { target: "elsewhere" } },
    provoke: (machine, agent) => reload(machine, agent, { config: quick, mount: { target: elsewhere(machine) } }),
    volume: "scratch",
    target: elsewhere,
  },
  "release at the end": {
    actor: "keeper",
    options: { config: { ...quick, exit: "release" } },
    provoke: async (_, agent) => agent.program.kill("SIGTERM"),
    volume: null,
  },
  "mooring release": { actor: "main", options: plain, provoke: null, command: ["release"], volume: null },
  "mooring release --purge": {
    actor: "main",
    options: plain,
    provoke: null,
    command: ["release", "--purge"],
    volume: null,
  },
};

/** Writes below while the agent stands still and the mount is away, also under a name that the volume has. */
async function shadow(machine: Machine, agent: Agent): Promise<void> {
  await agent.program.stopped();
  await machine.sh(
    `echo theirs > "$1/taken"; umount -l "$1"; chattr -i "$1"; chmod 755 "$1"
     mkdir "$1/app"; echo one > "$1/one"; echo two > "$1/app/two"; echo ours > "$1/taken"; ln -s one "$1/link"`,
    { args: [machine.target] },
  );
  agent.program.resume();
}

const reload = async (machine: Machine, agent: Agent, options: AgentOptions): Promise<void> => {
  await machine.write(agent.configPath, configFor(machine, options));
  agent.program.kill("SIGHUP");
};

export const targetOf = ({ target }: Situation, machine: Machine): string => target?.(machine) ?? machine.target;

/** What the next start has to do with: the configuration in which the target is a path. */
export const nextOptions = (situation: Situation, machine: Machine): AgentOptions => {
  const { afterwards, options } = situation;
  return afterwards ? { ...afterwards, mount: { ...afterwards.mount, target: targetOf(situation, machine) } } : options;
};

/** An agent, or a command after a killed one, whose steps follow the plan; it may never get far. */
export const begin = async (situation: Situation, machine: Machine, plan: string, order: string) => {
  const env = { MOORING_STEPS: plan };
  const { options, provoke, command } = situation;
  const start = () => Agent.start(machine, { ...options, binary: testBuild, env });
  if (command) {
    const agent = await start();
    await agent.until("Healthy");
    await agent.end("SIGKILL");
    await machine.write(plan, order);
    return machine.run([testBuild, ...command, "--config", agent.configPath], { env });
  }
  if (provoke) {
    const agent = await start();
    await agent.until("Healthy");
    await until(async () => (await agent.mount()).bareDirectory?.locked, { what: "the bare directory to be locked" });
    await agent.probed();
    await machine.write(plan, order);
    await provoke(machine, agent);
    return agent.program;
  }
  await machine.write(plan, order);
  const path = `${machine.root}/mooring.yaml`;
  await machine.write(path, configFor(machine, options));
  return machine.run([testBuild, "run", "--config", path], { env });
};

/** Finishes what was begun: the next agent starts, or what lets go is called again. Tells what that found to do. */
export const finish = async (situation: Situation, machine: Machine): Promise<string> => {
  const { volume, command, done } = situation;
  if (volume === null) {
    const config = ["--config", `${machine.root}/mooring.yaml`];
    const { code, out, err } = await mooring(machine, [...(command ?? ["release"]), ...config], { binary: testBuild });
    if (code !== 0) throw new Error(`${code} from mooring release: ${out}${err}`);
    return out.replaceAll(machine.root, "");
  }
  const agent = await Agent.start(machine, { ...nextOptions(situation, machine), binary: testBuild });
  await agent.until("Healthy");
  await agent.probed();
  await agent.until("Healthy");
  if (done) await until(() => done(machine), { what: "all to be done", deadline: 30_000 });
  await tidied(machine, agent);
  return [...new Set(await agent.ways())].join(", then ");
};

/** What a child that was killed, with its agent too, has left half-written goes once it is old enough to be nobody's. */
const tidied = async (machine: Machine, agent: Agent): Promise<void> => {
  await machine.sh(
    `find "$1/.mooring/nodes" -type f -name '*.*' | while read -r old; do
       mv "$old" "$(printf %s "$old" | sed -E 's#\\.[0-9]+\\.([0-9a-f-]{36})$#.1.\\1#')"; done`,
    { args: [machine.source] },
  );
  await agent.probed();
};

import type { Directory, Mount } from "../core/config/config.ts";
import { apartOf } from "../core/report/apart.ts";
import { directoriesFor } from "../core/report/directory-request.ts";
import { type Gap, riskOf } from "../core/report/reach.ts";
import { type Apart, nothingApart } from "../core/rescue.ts";
import type { Trace, TraceBody } from "../core/trace.ts";
import type { Consumer, PodWatch } from "./pod-watch.ts";

export interface ConsumersOptions {
  watch: Pick<PodWatch, "consumers">;
  mounts(): readonly Mount[];
  /** Directories that pods ask for, by the name of the mount, whenever they change. */
  onDirectories(requested: ReadonlyMap<string, readonly Directory[]>): void;
  tell(trace: TraceBody): void;
}

/** Per mount; a node with more applications than this has other troubles. */
const MOST_DIRECTORIES = 256;
const MOST_GAPS = 32;

/** What follows from who uses the mounts: names for the status, warnings, and directories that pods ask for. */
export class Consumers {
  readonly #options: ConsumersOptions;
  readonly #gaps = new Map<string, Gap[]>();
  /** What was said about a pod, until it goes. */
  #said = new Set<string>();
  #requested = "";

  constructor(options: ConsumersOptions) {
    this.#options = options;
  }

  /** `namespace/name` of the pods that use a mount, sorted; null while nobody knows. */
  of(mount: string): readonly string[] | null {
    return (
      this.#options.watch.consumers
        ?.filter((each) => uses(each, mount))
        .map(nameOf)
        .toSorted() ?? null
    );
  }

  /** What pods have mounted by itself of a mount; null while nobody knows. */
  apart(mount: string): Apart | null {
    const { watch, mounts } = this.#options;
    const found = mounts().find(({ name }) => name === mount);
    const reaches = watch.consumers?.flatMap((each) => each.reaches) ?? null;
    return reaches && (found ? apartOf(reaches, found) : nothingApart);
  }

  /** Of the pods that use any mount, for as long as they run. */
  all(): readonly string[] {
    return this.#options.watch.consumers?.map(nameOf).toSorted() ?? [];
  }

  /** Remembers when a mount was away: who started then is on the bare directory. */
  hear(trace: Trace): void {
    if (trace.kind !== "attached" || trace.how === "adopted") return;
    const from = trace.how === "attached" && trace.outageMs === 0 ? 0 : trace.at - trace.outageMs;
    const gaps = [...(this.#gaps.get(trace.mount) ?? []), { from, to: trace.at }];
    this.#gaps.set(trace.mount, gaps.slice(-MOST_GAPS));
    this.look();
  }

  /** Pods or configuration changed. */
  look(): void {
    const { watch, mounts } = this.#options;
    const consumers = watch.consumers;
    if (consumers === null) return;
    const before = this.#said;
    this.#said = new Set();
    const requested = new Map<string, Map<string, Directory>>();
    // The same order whatever order they came in: who is first in it decides about a directory that two ask for.
    for (const consumer of consumers.toSorted((a, b) => (a.pod.uid < b.pod.uid ? -1 : 1))) {
      this.#warn(consumer, before);
      this.#collect(consumer, before, requested);
    }
    const wanted = new Map(mounts().map(({ name }) => [name, [...(requested.get(name)?.values() ?? [])]]));
    const text = JSON.stringify([...wanted]);
    if (text === this.#requested) return;
    this.#requested = text;
    this.#options.onDirectories(wanted);
  }

  #warn({ pod, reaches }: Consumer, before: ReadonlySet<string>): void {
    const { mounts, tell } = this.#options;
    for (const reach of reaches) {
      const mount = mounts().find(({ name }) => name === reach.mount);
      if (mount === undefined) continue;
      const risk = riskOf(pod, reach, mount.hostPath, this.#gaps.get(mount.name) ?? []);
      if (risk === null) continue;
      const key = `${pod.uid} ${mount.name} ${risk.risk}`;
      if (!before.has(key) && !this.#said.has(key))
        tell({ kind: "consumerAtRisk", mount: mount.name, pod: nameOf({ pod, reaches }), ...risk });
      this.#said.add(key);
    }
  }

  #collect(consumer: Consumer, before: ReadonlySet<string>, requested: Map<string, Map<string, Directory>>): void {
    const { mounts, tell } = this.#options;
    const { pod, reaches } = consumer;
    const { requests, refused } = directoriesFor(pod, reaches, mounts());
    const key = `${pod.uid} refused`;
    if (refused.length > 0 && !before.has(key))
      tell({ kind: "directoryRefused", pod: nameOf(consumer), why: refused.join("; ") });
    if (refused.length > 0) this.#said.add(key);
    for (const { mount, directory } of requests) {
      const known = requested.get(mount) ?? new Map<string, Directory>();
      requested.set(mount, known);
      const isConfigured = mounts().some(
        ({ name, directories }) => name === mount && directories.some(({ path }) => path === directory.path),
      );
      if (isConfigured || known.has(directory.path) || known.size >= MOST_DIRECTORIES) continue;
      known.set(directory.path, directory);
    }
  }
}

const uses = ({ reaches }: Consumer, mount: string): boolean => reaches.some((reach) => reach.mount === mount);
const nameOf = ({ pod }: Consumer): string => `${pod.namespace}/${pod.name}`;

import type { Trace } from "../trace.ts";

export type Level = "debug" | "info" | "warn" | "error" | "fatal";
export type Field = string | number | boolean | null | readonly string[];

/** A sentence at its level, and what it holds in fields, named as in the Trace. */
export type Telling = { level: Level; message: string } & Record<string, Field>;

/** How each kind of Trace is told. */
export type Tellers = { [K in Trace["kind"]]: (trace: Extract<Trace, { kind: K }>) => Telling };

import type { TraceBody } from "../core/trace.ts";
import { fieldsOf, textOf } from "../core/untrusted.ts";
import type { Cluster } from "./cluster.ts";

/** One question to the API server. */
export interface Ask {
  verb: Verb;
  /** With a slash at its beginning; names in it are escaped by `path`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  patch?: keyof typeof patchTypes;
  /** Milliseconds until the whole answer has to be there; default the transport's. */
  timeoutMs?: number;
}
export type Verb = "get" | "list" | "watch" | "create" | "patch" | "delete";

/** What came of it. Never thrown: an API server that is away is a state. */
export type Reply =
  | { kind: "ok"; body: unknown }
  /** It answered no: 4xx other than 429. */
  | { kind: "refused"; status: number; why: string }
  /** No answer, or none that means anything: timeout, refused, reset, TLS, 429, 5xx, no JSON. */
  | { kind: "silent"; why: string; retryAfterMs: number | null };

/** A reply whose body comes bit by bit. */
export type Stream = { kind: "open"; chunks: AsyncIterable<Uint8Array> } | Exclude<Reply, { kind: "ok" }>;

export interface Api {
  ask(question: Ask): Promise<Reply>;
  /** The body as it comes, until it ends, breaks (the iteration throws) or `signal` aborts it. `timeoutMs` is for its first byte. */
  open(question: Ask, signal: AbortSignal): Promise<Stream>;
}

export interface ApiOptions {
  cluster: Cluster;
  userAgent: string;
  /** For one request with its answer, milliseconds. */
  timeoutMs: number;
  tell(trace: TraceBody): void;
}

const patchTypes = {
  strategic: "application/strategic-merge-patch+json",
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
} as const;
const methods = { get: "GET", list: "GET", watch: "GET", create: "POST", patch: "PATCH", delete: "DELETE" } as const;

/** etcd's limit for an object is 1.5 MiB. */
const MOST_BYTES = 8 * 1024 * 1024;

/** `/api/v1/nodes/a%2Fb`: whatever a name holds, it stays one part of the path. */
export const path = (parts: TemplateStringsArray, ...names: string[]): string =>
  parts.map((part, index) => `${part}${encodeURIComponent(names[index] ?? "")}`).join("");

/**
 * JSON over Bun's own fetch, which knows the cluster's CA and client certificates. The client library's transport does not here:
 * it hands them to undici as a dispatcher, which Bun's undici ignores.
 */
export const makeApi = ({ cluster, userAgent, timeoutMs, tell }: ApiOptions): Api => {
  const send = async (question: Ask, signal: AbortSignal): Promise<Response> => {
    const { token, tls } = await cluster.credentials();
    const { verb, body, query, patch } = question;
    return fetch(`${cluster.server}${question.path}${query ? `?${new URLSearchParams(query).toString()}` : ""}`, {
      method: methods[verb],
      headers: {
        Accept: "application/json",
        "User-Agent": userAgent,
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "Content-Type": patch ? patchTypes[patch] : "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A token goes to one place only.
      redirect: "error",
      signal,
      tls,
      // Bun's own limit of five minutes would end a quiet watch.
      ...{ timeout: false },
    });
  };

  const timed = async <R extends Reply | Stream>(verb: Verb, work: () => Promise<R>): Promise<R | Silent> => {
    const startedAt = performance.now();
    let reply: R | Silent;
    try {
      reply = await work();
    } catch (error) {
      reply = { kind: "silent", why: sayFailure(error), retryAfterMs: null };
    }
    const outcome = reply.kind === "refused" ? String(reply.status) : reply.kind === "silent" ? "failed" : "ok";
    tell({ kind: "kubernetesRequest", verb, outcome, durationMs: performance.now() - startedAt });
    return reply;
  };

  return {
    ask: (question) =>
      timed(question.verb, async (): Promise<Reply> => {
        const signal = AbortSignal.timeout(question.timeoutMs ?? timeoutMs);
        // An abort does not end every phase of a fetch at once; the caller's time is bounded whatever it does.
        return within(signal, async () => {
          const response = await send(question, signal);
          if (!response.ok) return refusal(response);
          return { kind: "ok", body: JSON.parse(await readText(response)) };
        });
      }),
    open: (question, signal) =>
      timed(question.verb, async (): Promise<Stream> => {
        const opening = new AbortController();
        const timer = setTimeout(
          () => opening.abort(new DOMException("timed out", "TimeoutError")),
          question.timeoutMs ?? timeoutMs,
        );
        try {
          const both = AbortSignal.any([signal, opening.signal]);
          const response = await within(both, () => send(question, both));
          if (!response.ok) return await refusal(response);
          return response.body === null ? silent("it sent no body") : { kind: "open", chunks: response.body };
        } finally {
          clearTimeout(timer);
        }
      }),
  };
};

type Silent = Extract<Reply, { kind: "silent" }>;

const silent = (why: string, retryAfterMs: number | null = null): Silent => ({ kind: "silent", why, retryAfterMs });

const within = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });

/** Why the API server did not do it, in its own words: its Status object names the permission or the policy. */
const refusal = async (response: Response): Promise<Exclude<Reply, { kind: "ok" }>> => {
  const { status, headers } = response;
  const text = await readText(response).catch(() => "");
  const why = `${status}: ${(messageOf(text) ?? (text || response.statusText)).slice(0, 500)}`;
  if (status >= 400 && status < 500 && status !== 429) return { kind: "refused", status, why };
  const seconds = Number(headers.get("Retry-After") ?? Number.NaN);
  return silent(why, Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null);
};

const messageOf = (text: string): string | null => {
  try {
    return textOf(fieldsOf(JSON.parse(text)).message);
  } catch {
    return null;
  }
};

const readText = async (response: Response): Promise<string> => {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`the answer is larger than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

const sayFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (error.name === "TimeoutError") return "no answer in time";
  return typeof code === "string" && !error.message.includes(code) ? `${code}: ${error.message}` : error.message;
};

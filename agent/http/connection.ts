import { type Arrived, readRequest } from "./request.ts";
import { writeRefusal, writeResponse } from "./response.ts";

export interface Limits {
  /** Connections at once. */
  connections: number;
  /** Milliseconds from a connection to the end of its request's head, however much arrives meanwhile. */
  requestMs: number;
  /** Milliseconds from the request to the last byte of the answer that the other side has taken. */
  answerMs: number;
}

export type Answer = (request: Request) => Response | Promise<Response>;

/** After the answer the other side has so long to close, in milliseconds: closed with bytes unread, it would lose the answer (RFC 9112, 9.6). */
const LINGER_MS = 1000;

/** With what Bun's types leave out. */
export interface Socket extends Bun.Socket<Connection> {
  readonly fd: number;
}

const nothing = new Uint8Array(0);

/** One connection, which is good for one request. */
export class Connection {
  readonly #socket: Socket;
  readonly #limits: Limits;
  readonly #answer: Answer;
  readonly #onAsked: () => void;
  #received: Uint8Array = nothing;
  #unsent: Uint8Array | null = null;
  #isAsked = false;
  #timer: Timer;

  constructor(socket: Socket, limits: Limits, answer: Answer, onAsked: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#answer = answer;
    this.#onAsked = onAsked;
    this.#timer = setTimeout(() => this.#tooLate(), limits.requestMs);
  }

  /** Takes further bytes; those after the request are thrown away. */
  received(bytes: Uint8Array): void {
    if (this.#isAsked) return;
    this.#received = this.#received.length === 0 ? Uint8Array.from(bytes) : Buffer.concat([this.#received, bytes]);
    const arrived = readRequest(this.#received);
    if (arrived.kind !== "part") void this.#reply(arrived);
  }

  /** The other side says nothing more; it may still wait for its answer. */
  ended(): void {
    if (!this.#isAsked) this.cut();
  }

  /** Sends as much of the answer as the other side takes now. */
  write(): void {
    if (this.#unsent === null) return;
    this.#unsent = this.#unsent.subarray(Math.max(0, this.#socket.write(this.#unsent)));
    if (this.#unsent.length > 0) return;
    this.#unsent = null;
    this.#socket.shutdown();
    this.#endIn(LINGER_MS);
  }

  get descriptor(): number {
    return this.#socket.fd;
  }

  /** Ends it at once. */
  cut(): void {
    this.#socket.terminate();
  }

  closed(): void {
    clearTimeout(this.#timer);
    this.#isAsked = true;
    this.#unsent = null;
    this.#received = nothing;
  }

  async #reply(asked: Exclude<Arrived, { kind: "part" }>): Promise<void> {
    this.#isAsked = true;
    this.#received = nothing;
    this.#onAsked();
    this.#endIn(this.#limits.answerMs);
    // It may be gone meanwhile; then writing does nothing.
    this.#unsent = await this.#answerTo(asked);
    this.write();
  }

  async #answerTo(asked: Exclude<Arrived, { kind: "part" }>): Promise<Uint8Array> {
    if (asked.kind === "refusal") return writeRefusal(asked);
    try {
      return await writeResponse(await this.#answer(asked.request));
    } catch (error) {
      // A bug, and nothing that the mounts should pay for.
      console.error(error);
      return writeRefusal({
        kind: "refusal",
        code: 500,
        why: "the agent could not answer; its standard error says why",
      });
    }
  }

  #tooLate(): void {
    if (this.#received.length === 0) this.cut();
    else
      void this.#reply({
        kind: "refusal",
        code: 408,
        why: `the request was not complete in ${this.#limits.requestMs} ms`,
      });
  }

  #endIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.cut(), ms);
  }
}

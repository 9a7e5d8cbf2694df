import { type Answer, Connection, type Limits, type Socket } from "./connection.ts";

/** Bytes that have arrived at a descriptor and were not read yet. */
export type Unread = (fd: number) => number;

/**
 * Everybody who is connected. There is room for so many; who comes when it is full takes the place of the one that has
 * been silent the longest, so that whoever asks is answered, and a flood costs bounded memory and descriptors. Who has
 * spoken and was not read yet is not silent: a flood may come in between.
 */
export class Connections {
  /** Those without a whole request yet, and those that have not taken their answer yet; the oldest first. */
  readonly #asking = new Set<Connection>();
  readonly #leaving = new Set<Connection>();
  readonly #limits: Limits;
  readonly #answer: Answer;
  readonly #unread: Unread;

  constructor(limits: Limits, answer: Answer, unread: Unread) {
    this.#limits = limits;
    this.#answer = answer;
    this.#unread = unread;
  }

  readonly handlers: Bun.SocketHandler<Connection> = {
    open: (socket) => {
      if (this.#asking.size + this.#leaving.size >= this.#limits.connections) this.#makeRoom();
      const connection = new Connection(socket as Socket, this.#limits, this.#answer, () => this.#asked(connection));
      socket.data = connection;
      this.#asking.add(connection);
    },
    data: ({ data: connection }, bytes) => connection.received(bytes),
    end: ({ data: connection }) => connection.ended(),
    drain: ({ data: connection }) => connection.write(),
    close: ({ data: connection }) => this.#closed(connection),
    // The connection is closed after it.
    error: () => {},
  };

  #asked(connection: Connection): void {
    this.#asking.delete(connection);
    this.#leaving.add(connection);
  }

  #closed(connection: Connection): void {
    connection.closed();
    this.#asking.delete(connection);
    this.#leaving.delete(connection);
  }

  #makeRoom(): void {
    const silent = this.#asking.values().find(({ descriptor }) => this.#unread(descriptor) === 0);
    const [first = null] = silent ? [silent] : [...this.#asking, ...this.#leaving];
    if (first === null) return;
    first.cut();
    this.#closed(first);
  }
}

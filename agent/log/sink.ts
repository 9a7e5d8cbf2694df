/** Where lines of the log go. Nothing here blocks or throws: the log is never a reason for the agent to stop. */
export interface Sink {
  /** One line with its line end. */
  write(line: string): void;
  /** Resolves when everything has left or `withinMs` have passed, and lets go of the descriptor. */
  end(withinMs: number): Promise<void>;
}

/** Enough for some thousand lines while a reader sleeps, little beside the rest of the agent. */
export const maxWaitingBytes = 1024 * 1024;

/** Where a command writes to and what it may ask: the terminal of the caller, near or at the other end of a socket. */
export type CommandIo = {
  /** Standard output, as it stands. */
  out(text: string): void;
  /** Standard error, as it stands. */
  error(text: string): void;
  /** Whether standard error is a terminal, where a progress bar can be drawn over. */
  interactive: boolean;
  /** Relative paths of the caller start here. */
  directory: string;
  /** Aborts when the caller wants to stop. */
  signal: AbortSignal;
};

/** Wrong usage: the message says what is right. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

/** The command worked and the outcome is bad: exit code 1. */
export const BAD_OUTCOME = 1;
export const DONE = 0;
export const WRONG_USAGE = 2;

export const printJson = (io: CommandIo, value: unknown): void => io.out(`${JSON.stringify(value, null, 2)}\n`);
export const printLine = (io: CommandIo, value: unknown): void => io.out(`${JSON.stringify(value)}\n`);

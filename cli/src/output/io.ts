/** Where a command writes to and what it may ask: the terminal of the caller, near or at the other end of a socket. */
export type CommandIo = {
  /** Standard output, as it stands. */
  out(text: string): void;
  /** Standard error, as it stands. */
  error(text: string): void;
  /** Resolves once the reader of standard output has caught up; those who print without end wait for it. */
  drained(): Promise<void>;
  /** Whether standard error is a terminal, where a progress bar can be drawn over. */
  interactive: boolean;
  /** Relative paths of the caller start here. */
  directory: string;
  /** Aborts when the caller wants to stop. */
  signal: AbortSignal;
};

/** Exit codes, the same for every command. */
export const DONE = 0;
/** The command worked and the outcome is bad, or it could not work. */
export const BAD_OUTCOME = 1;
export const WRONG_USAGE = 2;

export const printJson = (io: CommandIo, value: unknown): void => io.out(`${JSON.stringify(value, null, 2)}\n`);

/** About a pipe's buffer: one write for many lines. */
const CHUNK_LENGTH = 65_536;

/** Prints one JSON document a line, no faster than they are read; stops when the caller wants to. */
export const printLines = async (io: CommandIo, documents: AsyncIterable<unknown>): Promise<void> => {
  let chunk = '';
  for await (const document of documents) {
    chunk += `${JSON.stringify(document)}\n`;
    if (chunk.length < CHUNK_LENGTH) continue;
    io.out(chunk);
    chunk = '';
    await io.drained();
    throwIfInterrupted(io);
  }
  io.out(chunk);
};

/** Wrong usage: the message says what is right. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}

/** The caller stopped the command before it was done. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'interrupted';
}

export const throwIfInterrupted = ({ signal }: CommandIo): void => {
  if (signal.aborted) throw new InterruptedError('interrupted');
};

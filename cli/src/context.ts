import type { Estate } from '@verifiedfan/local';
import type { CommandIo } from './io.ts';

/** What a command is given: where to write, and the estate it works on, opened when it is first asked for. */
export type CommandContext = {
  io: CommandIo;
  /** Exactly one JSON document on standard output. */
  json: boolean;
  /** Opens the data directory, or uses the estate that already runs in this process. */
  estate(): Promise<Estate>;
};
/** Resolves with the exit code. */
export type CommandRun<Options> = (context: CommandContext, options: Options) => Promise<number>;

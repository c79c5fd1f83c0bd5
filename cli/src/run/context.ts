import type { Estate } from '@verifiedfan/local';
import type { Platform, Queue } from '@verifiedfan/ports';
import type { PreparedWorker } from '@verifiedfan/worker';
import type { CommandIo } from '../output/io.ts';

/** What a command is given: where to write, and what it works on. */
export type CommandContext = {
  io: CommandIo;
  /** Exactly one JSON document on standard output. */
  json: boolean;
  /** The data directory, absolute. */
  directory: string;
  /** The stores of the data directory; for commands that declare `stores` or `estate`. */
  platform(): Platform;
  /** The whole product on them, started where it is asked for; for commands that declare `estate`. */
  estate(): Promise<Estate>;
  /** The stage that is looked at, where the command line names one; then there is no estate. */
  stage?: Stage | undefined;
  /** Whether the report says what was used, and what it costs on AWS. */
  bill: boolean;
  /** Whether the workers run already, before the command and after it. */
  workersRun: boolean;
  /** Commands that make workers work run one after the other, so that each reports its own work alone. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
};

/** A stage whose functions work somewhere else, seen from here. */
export type Stage = {
  /** A worker with what it works with, for a record that is handed to it; undefined for an unknown name. */
  prepared(worker: string): Promise<PreparedWorker | undefined>;
  /** Where Lambda writes what it gave up of a worker, and the streams and tables that it read. */
  givenUp(worker: PreparedWorker): Promise<{ queue: Queue; sources: Pick<Platform, 'stream' | 'table'> }>;
};

/** Resolves with the exit code. */
export type CommandRun<Options, Context = CommandContext> = (context: Context, options: Options) => Promise<number>;

/** What a command works on. `nothing`: no data directory; `stores`: reads stored state, starts nothing; `estate`: services or workers. */
export type Needs = 'nothing' | 'stores' | 'estate';

/** `start` alone binds fixed ports and takes the commands of other processes. */
export type StartContext = CommandContext & { serve(): Promise<{ close(): Promise<void> }> };

/** What every command line says besides its command. */
export type GlobalOptions = { data: string; json: boolean };
/** What an estate is opened with, where it is opened for the command. */
export type EstateFlags = {
  /** What the command works on instead of a data directory. @default embedded, the data directory */
  platform?: PlatformName | undefined;
  /** Counts what is used, and reports it with its price. */
  bill?: boolean | undefined;
};
/** What `start` alone may choose. */
export const PLATFORMS = ['embedded', 'aws'] as const;
export type PlatformName = (typeof PLATFORMS)[number];
export type Listen = { port: number; host: string };

/** Who runs the commands that a command line names: this process, or the owner of the data directory. */
export type Runner = {
  run(
    options: GlobalOptions & EstateFlags & { needs: Needs; command: string },
    run: (context: CommandContext) => Promise<number>,
  ): Promise<number>;
  start(
    options: GlobalOptions & EstateFlags & Listen & { platform: PlatformName },
    run: (context: StartContext) => Promise<number>,
  ): Promise<number>;
};

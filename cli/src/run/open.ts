import type { Estate, EstateOptions } from '@verifiedfan/local';
import type { Platform } from '@verifiedfan/ports';
import type { CommandIo } from '../output/io.ts';
import { CLEAR_LINE } from '../output/progress.ts';
import type { Listen } from './context.ts';

/** What a command works on, once its data directory is this process's. */
export type Opened = {
  platform: Platform;
  /** Throws for what was opened as stores alone. */
  estate(): Promise<Estate>;
  close(): Promise<void>;
  /** Rejects when this process must not go on. */
  lost?: Promise<never>;
};

export type OpenOptions = {
  directory: string;
  /** The command, for those who meet it as the owner. */
  command: string;
  io: CommandIo;
  /** Fixed ports; without them the services take free ones when they are started. */
  listen?: Listen;
  /** @default nothing is counted */
  bill?: boolean | undefined;
};

/** Takes the data directory and opens its stores one by one, as they are asked for. Throws `DirectoryOwnedError` and what a disk does wrong. */
export const openStores = async ({ directory, command }: OpenOptions): Promise<Opened> => {
  const [{ createEmbeddedPlatform, ownDirectory }, { resources }] = await Promise.all([
    import('@verifiedfan/platform'),
    import('@verifiedfan/workers/resources'),
  ]);
  const lock = ownDirectory(directory, { pid: process.pid, command });
  const platform = createEmbeddedPlatform({ directory, catalogue: resources });
  return {
    platform,
    estate: () => Promise.reject(new TypeError(`${command} was opened without an estate`)),
    async close() {
      try {
        await platform.close();
      } finally {
        lock.release();
      }
    },
  };
};

/** Takes the data directory for the whole product; services and workers start when they are asked for. */
export const openWhole = (options: OpenOptions): Promise<Opened> => openEstateOn(options, {});

/** The same on another platform than the embedded one; the directory then holds no more than what the stand-ins received. */
export const openEstateOn = async (
  { directory, command, io, listen, bill = false }: OpenOptions,
  { platform, lookAgainMs }: Pick<EstateOptions, 'platform' | 'lookAgainMs'>,
): Promise<Opened> => {
  const [{ openEstate }, { createLog }, { readConfiguration, systemClock }, { workers }, { resources }] =
    await Promise.all([
      import('@verifiedfan/local'),
      import('@verifiedfan/log'),
      import('@verifiedfan/platform'),
      import('@verifiedfan/workers'),
      import('@verifiedfan/workers/resources'),
    ]);
  const { logLevel: level } = readConfiguration();
  // A progress bar stands on the line that a log line would otherwise continue.
  const write = (line: string): void => io.error(io.interactive ? `${CLEAR_LINE}${line}` : line);
  const log = createLog({ service: 'verifiedfan', level, clock: systemClock, destination: { write } });
  const owner = { pid: process.pid, command };
  const meter = bill ? (await import('@verifiedfan/metering')).createMeter() : undefined;
  const estate = openEstate({
    ...{ directory, owner, catalogue: resources, workers, log, platform, lookAgainMs, meter },
    listen: listen ?? {},
  });
  return { platform: estate.platform, estate: async () => estate, close: () => estate.close() };
};

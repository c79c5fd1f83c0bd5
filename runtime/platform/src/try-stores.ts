import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Catalogue, type Platform, PortError, type ShardedLog } from '@verifiedfan/ports';
import { createEmbeddedPlatform } from './embedded-platform.ts';

export type StoresOptions = {
  /** A data directory that this process owns. */
  directory: string;
  catalogue: Catalogue;
};

/** Where the stores of a kind lie, and the least that has to be read to learn whether one can be used. */
const LOOKS: Readonly<
  Record<string, { place(name: string): string; look(platform: Platform, name: string): unknown }>
> = {
  table: { place: (name) => join('tables', name), look: (platform, name) => readLog(platform.table(name).changes) },
  stream: { place: (name) => join('streams', name), look: (platform, name) => readLog(platform.stream(name)) },
  topic: { place: (name) => join('topics', name), look: (platform, name) => readLog(platform.topic(name)) },
  bucket: { place: (name) => join('buckets', name), look: (platform, name) => readUploads(platform, name) },
  queue: { place: () => 'queues.sqlite', look: (platform, name) => platform.queue(name).peek({ limit: 1 }) },
};

const readLog = async (log: Pick<ShardedLog<never, never>, 'shards' | 'latest'>): Promise<void> => {
  for (const { id } of await log.shards()) await log.latest(id);
};
const readUploads = (platform: Platform, name: string): unknown => platform.notifications(name).pending({ limit: 1 });

/**
 * Opens the stores that are there, one by one, to learn whether this version can read them; makes none. Resolves with what is wrong with
 * each that it cannot: another format, another number of shards, damage.
 */
export const findStoreFaults = async (
  platform: Platform,
  { directory, catalogue }: StoresOptions,
): Promise<PortError[]> => {
  const faults: PortError[] = [];
  for (const [name, { kind }] of Object.entries(catalogue)) {
    const look = LOOKS[kind];
    if (look === undefined || !existsSync(join(directory, look.place(name)))) continue;
    try {
      await look.look(platform, name);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      faults.push(error);
    }
  }
  return faults;
};

/** The same on a platform of its own, which is closed again. */
export const tryStores = async (options: StoresOptions): Promise<PortError[]> => {
  const platform = createEmbeddedPlatform(options);
  const [found] = await Promise.allSettled([findStoreFaults(platform, options)]);
  const [closed] = await Promise.allSettled([platform.close()]);
  if (found.status === 'rejected') throw found.reason;
  // A store that could not be opened may not be closed either, and is named already.
  if (found.value.length === 0 && closed.status === 'rejected') throw closed.reason;
  return found.value;
};

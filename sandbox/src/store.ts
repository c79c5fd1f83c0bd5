import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { JsonObject } from '@verifiedfan/ports';

export type StoredEntry = { position: number; entry: JsonObject };

/** Keeps what each stand-in received, in the order of arrival. Positions rise and begin at 1. */
export interface SandboxStore {
  /** Resolves once the entry survives the death of this process. */
  append(standIn: string, entry: JsonObject): Promise<void>;
  /** Entries behind `after`, oldest first, at most `limit`; consumes nothing. An unknown stand-in has none. */
  list(standIn: string, options: { after?: number | undefined; limit: number }): Promise<StoredEntry[]>;
  clear(standIn: string): Promise<void>;
}

/** Keeps entries as long as the process lives, for tests. */
export const createMemoryStore = (): SandboxStore => {
  const entries = new Map<string, JsonObject[]>();
  return {
    async append(standIn, entry) {
      const own = entries.get(standIn) ?? [];
      entries.set(standIn, own);
      own.push(structuredClone(entry));
    },
    async list(standIn, { after = 0, limit }) {
      const page = (entries.get(standIn) ?? []).slice(after, after + limit);
      return page.map((entry, index) => ({ position: after + index + 1, entry: structuredClone(entry) }));
    },
    async clear(standIn) {
      entries.delete(standIn);
    },
  };
};

/**
 * Keeps entries as lines of JSON in `<directory>/<stand-in>.jsonl`, which other processes may read at any time. A line is handed to the
 * system before `append` resolves, so it outlives a killed process. A line that was cut off by one is skipped: it was never answered.
 */
export const createFileStore = ({ directory }: { directory: string }): SandboxStore => {
  const pathOf = (standIn: string): string => join(directory, `${standIn}.jsonl`);
  const repaired = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other, so that lines never mix and `clear` cannot overtake an `append`. */
  const inOrder = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };

  return {
    append: (standIn, entry) =>
      inOrder(async () => {
        const path = pathOf(standIn);
        await mkdir(directory, { recursive: true });
        const torn = !repaired.has(standIn) && (await endsInsideLine(path));
        await appendFile(path, `${torn ? '\n' : ''}${JSON.stringify(entry)}\n`);
        repaired.add(standIn);
      }),
    list: (standIn, { after = 0, limit }) => inOrder(() => readLines(pathOf(standIn), after, limit)),
    clear: (standIn) => inOrder(() => rm(pathOf(standIn), { force: true })),
  };
};

const readLines = async (path: string, after: number, limit: number): Promise<StoredEntry[]> => {
  const found: StoredEntry[] = [];
  const input = createReadStream(path, 'utf8');
  let position = 0;
  try {
    for await (const line of createInterface({ input })) {
      position += 1;
      if (position <= after) continue;
      const entry = parseLine(line);
      if (entry !== undefined) found.push({ position, entry });
      if (found.length >= limit) break;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    input.destroy();
  }
  return found;
};

const parseLine = (line: string): JsonObject | undefined => {
  try {
    return JSON.parse(line) as JsonObject;
  } catch {
    return undefined;
  }
};

const endsInsideLine = async (path: string): Promise<boolean> => {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    if (size === 0) return false;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await file.close();
  }
};

import { createHash } from 'node:crypto';
import type { Condition, Item, JsonObject, Table } from '@verifiedfan/ports';
import { compareSequencers } from '@verifiedfan/ports';
import { fileIdOf, fileKey, loadCounterKey, loadKey } from './keys.ts';

/**
 * A load is `running` until it is one of the others. `unchanged`: the same content again, nothing streamed. `rejected`: its header cannot
 * be used, nothing loaded. `failed`: could not be read to its end; what was read stays. `superseded`: a newer upload of the key came first.
 */
export type LoadState = 'running' | 'done' | 'unchanged' | 'rejected' | 'failed' | 'superseded';
export type LoadPhase = 'rows' | 'removals' | 'report';

export type LoadCount = {
  in: number;
  valid: number;
  invalid: number;
  filtered: number;
  out: number;
  failed: number;
  removed: number;
};
export const NO_COUNT: LoadCount = { in: 0, valid: 0, invalid: 0, filtered: 0, out: 0, failed: 0, removed: 0 };

/** One upload of a score file, as it stands in the manifest row `meta:load:<id>`. */
export type Load = {
  file: string;
  loadId: string;
  bucket: string;
  key: string;
  version: string;
  etag: string;
  sequencer: string;
  /** Numbered once and for good. */
  load: number;
  state: LoadState;
  phase: LoadPhase;
  /** Rows up to this physical line are done, in the file of the phase. */
  line: number;
  /** Which earlier upload the removals are at, as an index into `uncleared`. */
  step: number;
  count: LoadCount;
  /** Earlier uploads of the key whose rows may still be there. */
  uncleared: { load: number; loadId: string; version: string }[];
  reason?: string;
  /** Of an unchanged upload: the load that it repeats. */
  sameAs?: string;
  /** Who is working on it; whoever writes another name here stops the one before. */
  runner: string;
};

/** What is known of a key: its newest upload, and the floor (see `floors.ts`). */
export type FileState = { load: Load | undefined; uncleared: Load['uncleared'] };

export type Upload = { bucket: string; key: string; version: string; etag: string; sequencer: string };

const loadIdOf = ({ version, sequencer }: Upload): string =>
  createHash('sha256').update(`${version}\n${sequencer}`).digest('hex').slice(0, 16);

/** Thrown when another runner, or a newer upload, took the load over: stop quietly, nothing is lost. */
export class LoadTakenOverError extends Error {
  override readonly name = 'LoadTakenOverError';
}

/** The manifest of score files: what was uploaded, how far each load is, and which one is current. */
export const createManifest = ({ table, newRunner }: { table: Table; newRunner: () => string }) => {
  const readLoad = async (file: string, loadId: string): Promise<Load | undefined> => {
    const item = await table.get(loadKey(file, loadId));
    return item === undefined ? undefined : fromItem(item);
  };

  const nextNumber = async (): Promise<number> => {
    const [result] = await table.updateMany([{ update: loadCounterKey, add: { last: 1 } }]);
    if (result?.outcome === 'failed') throw result.error;
    const before = result?.outcome === 'applied' ? result.old?.last : undefined;
    return (typeof before === 'number' ? before : 0) + 1;
  };

  const register = async (upload: Upload): Promise<Load> => {
    const file = fileIdOf(upload.bucket, upload.key);
    const load: Load = {
      ...upload,
      file,
      loadId: loadIdOf(upload),
      load: await nextNumber(),
      state: 'running',
      phase: 'rows',
      line: 0,
      step: 0,
      count: { ...NO_COUNT },
      uncleared: [],
      runner: newRunner(),
    };
    const [result] = await table.updateMany([{ put: toItem(load), condition: { absent: 'PK' } }]);
    if (result?.outcome === 'failed') throw result.error;
    return result?.outcome === 'refused' && result.item !== undefined ? fromItem(result.item) : load;
  };

  return {
    readLoad,
    /** Finds the load of an upload, or numbers a new one; the caller becomes its runner. */
    async begin(upload: Upload): Promise<Load> {
      const file = fileIdOf(upload.bucket, upload.key);
      const known = (await readLoad(file, loadIdOf(upload))) ?? (await register(upload));
      if (known.state !== 'running') return known;
      return takeOver(table, known, newRunner());
    },
    /** The newest upload of the key that was begun, and what it has still to clear. */
    async current(file: string): Promise<{ load: Load | undefined; newestSequencer: string | undefined }> {
      const item = await table.get(fileKey(file));
      if (item === undefined) return { load: undefined, newestSequencer: undefined };
      const load = typeof item.loadId === 'string' ? await readLoad(file, item.loadId) : undefined;
      return { load, newestSequencer: item.sequencer as string };
    },
    /** Makes this load the current one of its key, and the one before it superseded if that was still running. */
    async makeCurrent(load: Load, previous: Load | undefined): Promise<void> {
      if (previous?.state === 'running' && previous.loadId !== load.loadId) {
        await apply(table, [
          {
            update: loadKey(previous.file, previous.loadId),
            set: { state: 'superseded' },
            condition: { equals: ['state', 'running'] },
          },
        ]);
      }
      const { bucket, key, loadId, sequencer } = load;
      await apply(table, [
        {
          update: fileKey(load.file),
          set: { bucket, key, loadId, sequencer, load: load.load },
          condition: notNewer(sequencer),
        },
      ]);
    },
    /** Notes a newer upload with the same content: the load stays the one it was, its bytes are now those of the newer upload. */
    async repeat({ file, loadId }: Load, { sequencer, version }: Load): Promise<void> {
      await apply(table, [
        { update: loadKey(file, loadId), set: { version } },
        { update: fileKey(file), set: { sequencer } },
      ]);
    },
    /** From now on what earlier loads of the key said counts no more. */
    async raiseFloor({ file, load }: Load): Promise<void> {
      await apply(table, [
        {
          update: fileKey(file),
          set: { floor: load },
          condition: { any: [{ absent: 'floor' }, { less: ['floor', load] }] },
        },
      ]);
    },
    /** Moves the checkpoint. Throws `LoadTakenOverError` when this runner has lost the load. */
    async save(load: Load): Promise<void> {
      const condition: Condition = { all: [{ equals: ['runner', load.runner] }, { equals: ['state', 'running'] }] };
      const [result] = await table.updateMany([{ put: toItem(load), condition }]);
      if (result?.outcome === 'failed') throw result.error;
      if (result?.outcome !== 'applied') throw new LoadTakenOverError('another runner has taken this load over');
    },
  };
};
export type Manifest = ReturnType<typeof createManifest>;

const takeOver = async (table: Table, load: Load, runner: string): Promise<Load> => {
  const key = loadKey(load.file, load.loadId);
  const [result] = await table.updateMany([
    { update: key, set: { runner }, condition: { equals: ['state', 'running'] } },
  ]);
  if (result?.outcome === 'failed') throw result.error;
  const item = await table.get(key);
  return item === undefined ? load : fromItem(item);
};

/** Uploads are told in any order; the current one never goes back to an older one. */
const notNewer = (sequencer: string): Condition => ({
  any: [{ absent: 'sequencer' }, { lessOrEqual: ['sequencer', sequencer] }],
});

const apply = async (table: Table, actions: Parameters<Table['updateMany']>[0]): Promise<void> => {
  for (const result of await table.updateMany(actions)) if (result.outcome === 'failed') throw result.error;
};

const toItem = (load: Load): Item => ({ ...loadKey(load.file, load.loadId), ...(load as unknown as JsonObject) });

const fromItem = ({ PK, SK, ...item }: Item): Load => item as unknown as Load;

export const isOlder = (sequencer: string, newest: string | undefined): boolean =>
  newest !== undefined && compareSequencers(sequencer, newest) < 0;

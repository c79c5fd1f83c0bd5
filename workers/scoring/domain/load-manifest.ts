import { createHash } from 'node:crypto';
import type { Condition, Item, JsonObject, Table, TableAction } from '@verifiedfan/ports';
import { compareSequencers } from '@verifiedfan/ports';
import { fileIdOf, fileKey, loadCounterKey, loadKey } from './keys.ts';
import { type LoadCount, NO_COUNT } from './load-count.ts';

/**
 * A load is `running` until it is one of the others. `unchanged`: the same content again, nothing streamed. `rejected`: its header cannot
 * be used, nothing loaded. `failed`: could not be read to its end; what was read stays. `superseded`: a newer upload of the key came first.
 */
export type LoadState = 'running' | 'done' | 'unchanged' | 'rejected' | 'failed' | 'superseded';
export type LoadPhase = 'rows' | 'removals' | 'report';

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

/** What is known of a key: its current load, and the sequencer of the newest upload that was begun, which may have repeated that load. */
export type FileState = { load: Load | undefined; newestSequencer: string | undefined };

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
    async current(file: string): Promise<FileState> {
      const item = await table.get(fileKey(file));
      if (item === undefined) return { load: undefined, newestSequencer: undefined };
      const load = typeof item.loadId === 'string' ? await readLoad(file, item.loadId) : undefined;
      return { load, newestSequencer: item.sequencer as string };
    },
    /** A number above that of every load that was current before: only for a load of which nothing was streamed yet. */
    nextNumber,
    /**
     * Makes this load the current one of its key, and the one before it superseded if that was still running. False when another upload
     * of the key came in between, or the one before has ended meanwhile (and let go of what it cleared): read the state again then.
     */
    async makeCurrent(load: Load, { load: previous, newestSequencer }: FileState): Promise<boolean> {
      if (previous?.state === 'running' && !(await applyOne(table, supersede(previous)))) return false;
      const { bucket, key, loadId, sequencer } = load;
      const set = { bucket, key, loadId, sequencer, load: load.load };
      return applyOne(table, { update: fileKey(load.file), set, condition: stillNewest(newestSequencer) });
    },
    /**
     * Notes a newer upload with the same content: the load stays the one it was, its bytes are now those of the newer upload. False when
     * another upload came in between. The version moves first, so that whoever reads the file's state finds bytes that are kept.
     */
    async repeat({ sequencer, version }: Load, previous: Load, newestSequencer: string | undefined): Promise<boolean> {
      const { file, loadId } = previous;
      await applyOne(table, { update: loadKey(file, loadId), set: { version } });
      return applyOne(table, { update: fileKey(file), set: { sequencer }, condition: stillNewest(newestSequencer) });
    },
    /** From now on what earlier loads of the key said counts no more. */
    async raiseFloor({ file, load }: Load): Promise<void> {
      const condition: Condition = { any: [{ absent: 'floor' }, { less: ['floor', load] }] };
      await applyOne(table, { update: fileKey(file), set: { floor: load }, condition });
    },
    /** Moves the checkpoint. Throws `LoadTakenOverError` when this runner has lost the load. */
    async save(load: Load): Promise<void> {
      const condition: Condition = { all: [{ equals: ['runner', load.runner] }, { equals: ['state', 'running'] }] };
      if (await applyOne(table, { put: toItem(load), condition })) return;
      throw new LoadTakenOverError('another runner has taken this load over');
    },
  };
};
export type Manifest = ReturnType<typeof createManifest>;

/** The state in which the load was when this runner took it, in one step: read apart, it might be that of the next runner. */
const takeOver = async (table: Table, load: Load, runner: string): Promise<Load> => {
  const key = loadKey(load.file, load.loadId);
  const [result] = await table.updateMany([
    { update: key, set: { runner }, condition: { equals: ['state', 'running'] } },
  ]);
  if (result?.outcome === 'failed') throw result.error;
  if (result?.outcome === 'applied') return { ...(result.old === undefined ? load : fromItem(result.old)), runner };
  return result?.item === undefined ? load : fromItem(result.item);
};

const supersede = ({ file, loadId }: Load): TableAction => ({
  update: loadKey(file, loadId),
  set: { state: 'superseded' },
  condition: { equals: ['state', 'running'] },
});

/** Uploads are told in any order and may be told at once: whoever moves the file on must have seen what is there. */
const stillNewest = (newestSequencer: string | undefined): Condition =>
  newestSequencer === undefined ? { absent: 'sequencer' } : { equals: ['sequencer', newestSequencer] };

const applyOne = async (table: Table, action: TableAction): Promise<boolean> => {
  const [result] = await table.updateMany([action]);
  if (result?.outcome === 'failed') throw result.error;
  return result?.outcome === 'applied';
};

const toItem = (load: Load): Item => ({ ...loadKey(load.file, load.loadId), ...(load as unknown as JsonObject) });

const fromItem = ({ PK, SK, ...item }: Item): Load => item as unknown as Load;

export const isOlder = (sequencer: string, newest: string | undefined): boolean =>
  newest !== undefined && compareSequencers(sequencer, newest) < 0;

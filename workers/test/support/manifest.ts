import type { Item, Table } from '@verifiedfan/ports';
import { fileIdOf, fileKey, loadKey } from '../../scoring/domain/keys.ts';

export type StoredLoad = {
  loadId: string;
  load: number;
  state: string;
  sequencer: string;
  sameAs?: string;
  reason?: string;
  count: Record<string, number>;
};

const asLoad = (item: Item | undefined): StoredLoad | undefined => item as unknown as StoredLoad | undefined;

/** The manifest as an operator would look at it. */
export const readManifest = async (table: Table, key: string) => {
  const file = fileIdOf('scoringBucket', key);
  const { items } = await table.query({ PK: `file:${file}`, SK: { beginsWith: 'meta:load:' } });
  const loads = items.flatMap((item) => asLoad(item) ?? []);
  const state = await table.get(fileKey(file));
  const current = asLoad(typeof state?.loadId === 'string' ? await table.get(loadKey(file, state.loadId)) : undefined);
  return {
    file,
    loads,
    /** The load whose rows count. */
    current,
    bySequencer: (sequencer: string): StoredLoad | undefined => loads.find((load) => load.sequencer === sequencer),
    byId: (loadId: string): StoredLoad | undefined => loads.find((load) => load.loadId === loadId),
  };
};
export type FileManifest = Awaited<ReturnType<typeof readManifest>>;

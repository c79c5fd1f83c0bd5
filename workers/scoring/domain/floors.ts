import type { Table } from '@verifiedfan/ports';
import { fileKey } from './keys.ts';

/**
 * The floor of a file is the load below which nothing it ever said counts any more. It is raised when a newer upload has been streamed
 * whole, before its removals are; records below it are late and are dropped wherever they turn up.
 */
export type Floors = ReadonlyMap<string, number>;

export const readFloors = async (table: Table, files: Iterable<string>): Promise<Floors> => {
  const names = [...new Set(files)];
  const items = await table.getMany(names.map(fileKey));
  return new Map(names.flatMap((file, at) => (typeof items[at]?.floor === 'number' ? [[file, items[at].floor]] : [])));
};

export const isSuperseded = (floors: Floors, { file, load }: { file: string; load: number }): boolean =>
  load < (floors.get(file) ?? 0);

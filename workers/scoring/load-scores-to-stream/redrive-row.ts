import type { JsonValue } from '@verifiedfan/ports';
import { RejectError } from '@verifiedfan/worker';
import { isSuperseded, readFloors } from '../domain/floors.ts';
import { isFiltered, rankPreferences } from '../domain/rank.ts';
import { isFault, parseScoreRow } from '../domain/score-row.ts';
import { openScoreFile } from './open-file.ts';
import { toRecord } from './read-rows.ts';
import type { LoaderServices } from './worker.ts';

type RowPayload = { bucket: string; key: string; file: string; loadId: string; load: number; line: number };

/**
 * Puts a rejected row back under its old load and line, after its campaign was created for instance. The row is read from the upload
 * again, so a row that was too long to keep works too; a row of a superseded load changes nothing any more.
 */
export const redriveRow = async (payload: JsonValue, services: LoaderServices): Promise<void> => {
  const { key, file, loadId, load, line } = payload as RowPayload;
  const floors = await readFloors(services.table, [file]);
  if (isSuperseded(floors, { file, load })) return;
  const version = (await services.manifest.readLoad(file, loadId))?.version ?? '';
  const opened = await openScoreFile({ bucket: services.bucket, key, version, afterLine: line - 1, batchSize: 1 });
  if (opened.outcome !== 'opened') throw new RejectError('the upload is no longer kept');
  try {
    for await (const [row] of opened.batches) {
      if (row?.line !== line || row.fields === undefined)
        throw new RejectError(`${key} line ${line} is still not readable`);
      const parsed = parseScoreRow(row.fields, opened.indexes);
      if (isFault(parsed)) throw new RejectError(`${key} line ${line}, column ${parsed.column}: ${parsed.reason}`);
      const offer = await services.fetchOffer(parsed.campaignId);
      if (offer === undefined)
        throw new RejectError(`${key} line ${line}, column campaignId: there is no such campaign`);
      const { events, rank } = rankPreferences(parsed.preferences, new Set(offer.events));
      if (rank === null || isFiltered(rank, offer)) return;
      const record = toRecord(
        parsed,
        { events, rank, line },
        { load: { file, load }, emailKeyOf: services.emailKeyOf },
      );
      const [result] = await services.stream.putMany([{ partitionKey: record.memberId, data: JSON.stringify(record) }]);
      if (result !== undefined && 'error' in result) throw result.error;
      return;
    }
  } finally {
    await opened.close();
  }
};

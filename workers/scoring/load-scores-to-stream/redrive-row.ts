import type { JsonValue } from '@verifiedfan/ports';
import { RejectError } from '@verifiedfan/worker';
import { isSuperseded, readFloors } from '../domain/floors.ts';
import type { OfferSource } from '../domain/offers.ts';
import { isFiltered, rankPreferences } from '../domain/rank.ts';
import { isFault, parseScoreRow, type ScoreRow } from '../domain/score-row.ts';
import { openScoreFile } from './open-file.ts';
import { toRecord } from './read-rows.ts';
import type { LoadServices } from './run-load.ts';

/** What it needs of the loader's services. */
export type RedriveServices = LoadServices & { fetchOffer: OfferSource };

type RowPayload = { bucket: string; key: string; file: string; loadId: string; load: number; line: number };

/**
 * Puts a rejected row back under its old load and line, after its campaign was created for instance. The row is read from the upload
 * again, so a row that was too long to keep works too; a row of a superseded load changes nothing any more.
 */
export const redriveRow = async (payload: JsonValue, services: RedriveServices): Promise<void> => {
  const place = payload as RowPayload;
  const { key, file, load, line } = place;
  if (isSuperseded(await readFloors(services.table, [file]), { file, load })) return;
  const row = await readRow(place, services);
  const offer = await services.fetchOffer(row.campaignId);
  if (offer === undefined) throw new RejectError(`${key} line ${line}, column campaignId: there is no such campaign`);
  const { events, rank } = rankPreferences(row.preferences, new Set(offer.events));
  if (rank === null || isFiltered(rank, offer)) return;
  const { emailKeyOf } = services;
  const record = toRecord(row, { events, rank, line }, { load: { file, load }, emailKeyOf });
  const results = [
    ...(await services.stream.putMany([{ partitionKey: record.memberId, data: JSON.stringify(record) }])),
    // The counts change behind the report of the load.
    ...(await services.verdictQueue.sendMany([{ body: JSON.stringify({ campaignId: row.campaignId, attempt: 0 }) }])),
  ];
  for (const result of results) if ('error' in result) throw result.error;
};

const readRow = async (
  { key, file, loadId, line }: RowPayload,
  { manifest, bucket }: RedriveServices,
): Promise<ScoreRow> => {
  const version = (await manifest.readLoad(file, loadId))?.version ?? '';
  const opened = await openScoreFile({ bucket, key, version, afterLine: line - 1, batchSize: 1 });
  if (opened.outcome !== 'opened') throw new RejectError('the upload is no longer kept');
  try {
    for await (const [row] of opened.batches) {
      if (row?.line !== line || row.fields === undefined) break;
      const parsed = parseScoreRow(row.fields, opened.indexes);
      if (isFault(parsed)) throw new RejectError(`${key} line ${line}, column ${parsed.column}: ${parsed.reason}`);
      return parsed;
    }
    throw new RejectError(`${key} line ${line} is still not readable`);
  } finally {
    await opened.close();
  }
};

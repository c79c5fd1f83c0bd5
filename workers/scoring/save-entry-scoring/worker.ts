import { createEntryClient, type EntryClient } from '@verifiedfan/entry-client';
import type { Table } from '@verifiedfan/ports';
import { createRequest } from '@verifiedfan/request';
import { defineWorker, kinesis } from '@verifiedfan/worker';
import { isSuperseded, readFloors } from '../domain/floors.ts';
import { readRecords } from '../domain/read-records.ts';
import { noEntries, postRows } from './post-rows.ts';
import { scoreRow, takeBack, withdrawalRow } from './rows.ts';

type EntryServices = { table: Table; entries: EntryClient };

/**
 * Tells entry-service the scores of fans who have a first choice. scoring = entries + failed, entries = inserted + found,
 * found = updated + unchanged; what was taken back is `removed`, apart from these.
 */
export const saveEntryScoring = defineWorker({
  purpose: 'Tells entry-service the scores of those fans who have a first choice, campaign by campaign.',
  source: kinesis('scoresStream', { batchSize: 1_000, bisectOnError: true, maxRetries: 5 }),
  reads: ['demandTable/file:*/meta:file* get'],
  writes: [],
  secrets: ['tokenKeys'],
  calls: ['entryService'],
  services(kit): EntryServices {
    const { clock, random } = kit;
    const request = createRequest({
      baseUrl: kit.endpoint('entryService'),
      clock,
      random,
      timeoutMs: 10_000,
      deadlineMs: 25_000,
      propagate: true,
    });
    return {
      table: kit.table('demandTable'),
      entries: createEntryClient({ request, getToken: kit.workerToken('entry-service') }),
    };
  },
  async handle(records, { services: { table, entries }, reject, fail }) {
    const { scores, withdrawals, invalid } = readRecords(records, reject);
    const files = new Set(scores.map(({ score }) => score.file));
    const before = await readFloors(table, files);
    const ranked = scores.filter(({ score }) => score.events[0] !== undefined && !isSuperseded(before, score));
    const counters = noEntries();
    const rows = [
      ...ranked.map(scoreRow),
      ...withdrawals.filter(({ withdrawal }) => withdrawal.member).map(withdrawalRow),
    ];
    await postRows(rows, { entries, fail, counters });
    // A floor that was raised meanwhile may have had its withdrawals posted before these rows.
    const after = await readFloors(table, files);
    const late = ranked.filter(({ score }) => isSuperseded(after, score));
    await postRows(late.map(takeBack), { entries, fail, counters });
    const { removed, ...rest } = counters;
    return {
      records: scores.length + invalid,
      input: scores.length,
      scoring: ranked.length,
      ...rest,
      ...(removed > 0 ? { removed } : {}),
    };
  },
});

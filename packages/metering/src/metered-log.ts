import type { ShardedLog } from '@verifiedfan/ports';
import type { Meter, Use } from './meter.ts';

type About<Entry> = { meter: Meter; service: Use['service']; resource: string; sizeOf: (entry: Entry) => number };

/** Most that one answer of GetRecords holds, of a stream and of a table's changes alike, as Lambda's pollers ask. */
const RECORDS_PER_REQUEST = 1_000;

/** The same log; reading it is counted and costs nothing, since Lambda's polls are not billed. Empty reads are not counted: nobody polls here. */
export const meteredLog = <Entry extends Header, Header, Log extends ShardedLog<Entry, Header>>(
  log: Log & ShardedLog<Entry, Header>,
  { meter, service, resource, sizeOf }: About<Entry>,
): Log => ({
  ...log,
  async read(options: Parameters<Log['read']>[0]) {
    const result = await log.read(options);
    if (result.scanned > 0) {
      const bytes = result.records.reduce((total, entry) => total + sizeOf(entry), 0);
      const requests = Math.ceil(result.scanned / RECORDS_PER_REQUEST);
      meter.add({
        service,
        resource,
        operation: 'read',
        requests,
        entries: result.scanned,
        bytes,
        unit: 'free',
        units: 0,
      });
    }
    return result;
  },
});

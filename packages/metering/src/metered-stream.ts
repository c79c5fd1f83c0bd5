import type { RecordStream } from '@verifiedfan/ports';
import type { Meter } from './meter.ts';
import { meteredLog } from './metered-log.ts';
import { textBytes, unitsOf } from './units.ts';

const RECORDS_PER_REQUEST = 500;
const BYTES_PER_REQUEST = 5 * 1_048_576;
const PAYLOAD_UNIT_BYTES = 25 * 1_024;

/** The same stream; records are counted by 25 KB, as Kinesis bills provisioned shards. */
export const meteredStream = (stream: RecordStream, meter: Meter): RecordStream => ({
  ...meteredLog(stream, { meter, service: 'Kinesis', resource: stream.name, sizeOf: ({ data }) => textBytes(data) }),
  async putMany(entries) {
    const results = await stream.putMany(entries);
    const sizes = entries.map(({ data, partitionKey }) => textBytes(data) + textBytes(partitionKey));
    const bytes = sizes.reduce((total, size) => total + size, 0);
    meter.add({
      service: 'Kinesis',
      resource: stream.name,
      operation: 'putMany',
      requests: Math.max(Math.ceil(entries.length / RECORDS_PER_REQUEST), Math.ceil(bytes / BYTES_PER_REQUEST)),
      entries: entries.length,
      bytes,
      unit: 'Kinesis payload unit',
      units: sizes.reduce((total, size) => total + unitsOf(size, PAYLOAD_UNIT_BYTES), 0),
    });
    return results;
  },
});

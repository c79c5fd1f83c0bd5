import type {
  ChangeHeader,
  ChangeRecord,
  ChangeStream,
  JsonValue,
  RecordStream,
  StreamRecord,
  StreamRecordHeader,
} from '@verifiedfan/ports';
import {
  compileFilters,
  dynamodbPayload,
  fromChangeRecord,
  fromStreamRecord,
  kinesisPayload,
  type Source,
} from '@verifiedfan/worker';
import type { StreamAdapter } from './stream-mapping.ts';

/** A record stream as a source; filters see the decoded JSON in `data`, as AWS's do. */
export const streamAdapter = (log: RecordStream, source: Source): StreamAdapter<StreamRecord, StreamRecordHeader> => {
  const filters = source.stream?.filters ?? [];
  const compiled = filters.length === 0 ? undefined : compileFilters(filters);
  return {
    log,
    decode: (record) => fromStreamRecord(record, source.resource),
    payload: (record) => kinesisPayload(record, source.resource),
    arrivedAtMs: (record) => record.arrivedAtMs,
    groupOf: (record) => record.partitionKey,
    position: (record) => `${source.resource}/${record.shard}:${record.sequence}`,
    headerFilter: undefined,
    recordFilter:
      compiled && ((record) => compiled.matches({ partitionKey: record.partitionKey, data: jsonOf(record) })),
  };
};

const jsonOf = ({ data }: StreamRecord): JsonValue | undefined => {
  try {
    return JSON.parse(typeof data === 'string' ? data : Buffer.from(data).toString()) as JsonValue;
  } catch {
    return undefined;
  }
};

/** Names that can be decided without reading an image. */
const HEADER_PATHS = /^(eventName|dynamodb\.Keys\.)/;

/** A table's change stream as a source. A filter that looks at nothing but keys and the kind of change runs before images are read. */
export const changeAdapter = (log: ChangeStream, source: Source): StreamAdapter<ChangeRecord, ChangeHeader> => {
  const filters = source.stream?.filters ?? [];
  const compiled = filters.length === 0 ? undefined : compileFilters(filters);
  const onHeaders = compiled?.paths.every((path) => HEADER_PATHS.test(path)) ?? false;
  return {
    log,
    decode: (record) => fromChangeRecord(record, source.resource),
    payload: (record) => dynamodbPayload(record, source.resource),
    arrivedAtMs: (record) => record.atMs,
    groupOf: ({ keys }) => `${keys.PK}\u0000${keys.SK}`,
    position: (record) => `${source.resource}/${record.sequence}`,
    headerFilter:
      compiled && onHeaders
        ? ({ eventName, keys }) =>
            compiled.matches({ eventName, dynamodb: { Keys: { PK: { S: keys.PK }, SK: { S: keys.SK } } } })
        : undefined,
    recordFilter:
      compiled && !onHeaders ? (record) => compiled.matches(dynamodbPayload(record, source.resource)) : undefined,
  };
};

import type {
  ChangeHeader,
  ChangeRecord,
  ChangeStream,
  JsonValue,
  RecordStream,
  ShardedLog,
  StreamRecord,
  StreamRecordHeader,
} from '@verifiedfan/ports';
import {
  compileFilters,
  dataOfStreamRecord,
  dynamodbPayload,
  fromChangeRecord,
  fromStreamRecord,
  kinesisPayload,
  type Source,
  type Undecodable,
  type WorkerRecord,
} from '@verifiedfan/worker';

/** What every log says of a record without its body. */
export type LogHeader = { sequence: string; shard: string };

/** What a stream mapping has to know about the records of its kind of log. */
export type StreamAdapter<Entry extends Header, Header extends LogHeader> = {
  log: ShardedLog<Entry, Header>;
  decode(record: Entry): WorkerRecord<unknown> | Undecodable;
  /** One record of the AWS event. */
  payload(record: Entry): JsonValue;
  arrivedAtMs(record: Entry): number;
  groupOf(record: Entry): string;
  position(record: Entry): string;
  /** Looks at headers before bodies are read. */
  headerFilter: ((header: Header) => boolean) | undefined;
  /** Looks at whole records. */
  recordFilter: ((record: Entry) => boolean) | undefined;
};

/** Where a source's patterns look, and whether that is in headers alone. */
const filtersOf = (source: Source, headerPath: RegExp) => {
  const filters = source.stream?.filters ?? [];
  if (filters.length === 0) return undefined;
  const { matches, paths } = compileFilters(filters);
  return { matches, onHeaders: paths.every((path) => headerPath.test(path)) };
};

/** A record stream as a source; filters see the decoded JSON in `data`, as AWS's do: what is not JSON matches no pattern on it. */
export const streamAdapter = (log: RecordStream, source: Source): StreamAdapter<StreamRecord, StreamRecordHeader> => {
  const filters = filtersOf(source, /^partitionKey$/);
  return {
    log,
    decode: (record) => fromStreamRecord(record, source.resource),
    payload: (record) => kinesisPayload(record, source.resource),
    arrivedAtMs: (record) => record.arrivedAtMs,
    groupOf: (record) => record.partitionKey,
    position: (record) => `${source.resource}/${record.shard}:${record.sequence}`,
    headerFilter: filters?.onHeaders ? ({ partitionKey }) => filters.matches({ partitionKey }) : undefined,
    recordFilter:
      filters && !filters.onHeaders
        ? (record) => filters.matches({ partitionKey: record.partitionKey, data: dataOfStreamRecord(record) })
        : undefined,
  };
};

/** A table's change stream as a source. A filter that looks at nothing but keys and the kind of change runs before images are read. */
export const changeAdapter = (log: ChangeStream, source: Source): StreamAdapter<ChangeRecord, ChangeHeader> => {
  const filters = filtersOf(source, /^(eventName|dynamodb\.Keys\.[PS]K\.S)$/);
  const windowed = (source.stream?.windowSeconds ?? 0) > 0;
  return {
    log,
    decode: (record) => fromChangeRecord(record, source.resource, { windowed }),
    payload: (record) => dynamodbPayload(record, source.resource),
    arrivedAtMs: (record) => record.atMs,
    groupOf: ({ keys }) => `${keys.PK}\u0000${keys.SK}`,
    position: (record) => `${source.resource}/${record.sequence}`,
    headerFilter: filters?.onHeaders
      ? ({ eventName, keys }) =>
          filters.matches({ eventName, dynamodb: { Keys: { PK: { S: keys.PK }, SK: { S: keys.SK } } } })
      : undefined,
    recordFilter:
      filters && !filters.onHeaders ? (record) => filters.matches(dynamodbPayload(record, source.resource)) : undefined,
  };
};

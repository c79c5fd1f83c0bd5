import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { marshall, type TypedItem } from '../attribute-values.ts';
import { DEFAULT_NOW_MS } from '../clock.ts';
import { attributesSize } from './attribute-size.ts';
import { ACCOUNT, md5, REGION, type TumblingWindow, windowMembers } from './common.ts';

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

type Image = Readonly<Record<string, unknown>>;

export type DynamoDBStreamInputRecord = {
  /** @default what the images say: INSERT without an old one, REMOVE without a new one, else MODIFY */
  eventName?: 'INSERT' | 'MODIFY' | 'REMOVE' | undefined;
  /** @default PK and SK of the new image, or else of the old one */
  keys?: Image | undefined;
  /** Plain values; `marshall` gives them types. With `images: 'typed'` they are taken as they are. */
  newImage?: Image | undefined;
  oldImage?: Image | undefined;
  /** Decimal digits, 21 to 40 of them on AWS. @default rises from the first */
  sequenceNumber?: string | undefined;
  /** Milliseconds; written in whole seconds. */
  createdAtMs?: number | undefined;
  /** A deletion by time to live, which carries DynamoDB's own identity. */
  expired?: boolean | undefined;
};

export type DynamoDBStreamInputOptions = {
  table?: string;
  streamViewType?: StreamViewType;
  images?: 'plain' | 'typed';
  /** Only written with a window: without one Lambda does not say which shard it is. */
  shardId?: string;
  window?: TumblingWindow | undefined;
};

export type DynamoDBStreamInput = DynamoDBStreamEvent & { shardId?: string; state?: Record<string, unknown> };

const FIRST_SEQUENCE = 10_000_000_000_000_000_000_001n;
const SHARD = 'shardId-00000001767225600000-00000000';

/** The event of a DynamoDB stream: changes of one shard, each with the images that its view type and kind of change have. */
export const makeDynamoDBStreamInput = (
  records: readonly DynamoDBStreamInputRecord[],
  options: DynamoDBStreamInputOptions = {},
): DynamoDBStreamInput => {
  const { table = 'table', shardId = SHARD, window } = options;
  const eventSourceARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${table}/stream/2026-01-01T00:00:00.000`;
  const Records = records.map((record, index) => makeRecord(record, index, eventSourceARN, options));
  return { Records, ...windowMembers(window, shardId, eventSourceARN) };
};

const makeRecord = (
  record: DynamoDBStreamInputRecord,
  index: number,
  eventSourceARN: string,
  { streamViewType = 'NEW_AND_OLD_IMAGES', images = 'plain' }: DynamoDBStreamInputOptions,
): DynamoDBRecord => {
  const SequenceNumber = record.sequenceNumber ?? String(FIRST_SEQUENCE + BigInt(index));
  const eventName = record.eventName ?? kindOf(record);
  const typed = (image: Image): TypedItem => (images === 'typed' ? (image as TypedItem) : marshall(image));
  const Keys = typed(record.keys ?? keysOf(record));
  const withNew = eventName !== 'REMOVE' && (streamViewType === 'NEW_IMAGE' || streamViewType === 'NEW_AND_OLD_IMAGES');
  const withOld = eventName !== 'INSERT' && (streamViewType === 'OLD_IMAGE' || streamViewType === 'NEW_AND_OLD_IMAGES');
  const NewImage = withNew ? typed(record.newImage ?? {}) : undefined;
  const OldImage = withOld ? typed(record.oldImage ?? {}) : undefined;
  return {
    eventID: md5(`${eventSourceARN}:${SequenceNumber}`),
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor((record.createdAtMs ?? DEFAULT_NOW_MS) / 1000),
      Keys,
      // An image that a change does not have is a missing member, never null and never empty.
      ...(NewImage === undefined ? {} : { NewImage }),
      ...(OldImage === undefined ? {} : { OldImage }),
      SequenceNumber,
      SizeBytes: attributesSize(Keys) + attributesSize(NewImage ?? {}) + attributesSize(OldImage ?? {}),
      StreamViewType: streamViewType,
    },
    eventSourceARN,
    ...(record.expired ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
  };
};

const kindOf = ({ newImage, oldImage }: DynamoDBStreamInputRecord) =>
  oldImage === undefined ? 'INSERT' : newImage === undefined ? 'REMOVE' : 'MODIFY';

const keysOf = ({ newImage, oldImage }: DynamoDBStreamInputRecord): Image => {
  const image = newImage ?? oldImage ?? {};
  return Object.fromEntries(['PK', 'SK'].filter((name) => name in image).map((name) => [name, image[name]]));
};

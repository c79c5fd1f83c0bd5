import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { type ChangeHeader, type ChangeRecord, PortError } from '@verifiedfan/ports';
import { type Attributes, toItem, toKey } from '../attribute-values.ts';

/** A record whose images are still typed attributes: most are read by a header alone and left out. */
export type RawChange = {
  readonly header: ChangeHeader;
  readonly oldImage: Attributes | undefined;
  readonly newImage: Attributes | undefined;
};

/** What the time to live removed comes as any other REMOVE: the row is gone, whoever removed it. */
export const toRawChange = ({ eventName, dynamodb }: StreamRecord, shard: string): RawChange => {
  const { Keys, SequenceNumber, ApproximateCreationDateTime, OldImage, NewImage } = dynamodb ?? {};
  if (eventName === undefined || Keys === undefined || SequenceNumber === undefined) {
    throw new PortError({ code: 'unavailable', message: 'GetRecords gave a record without name, keys or sequence' });
  }
  const atMs = ApproximateCreationDateTime?.getTime() ?? 0;
  const header = { eventName, keys: toKey(Keys), shard, sequence: SequenceNumber, atMs };
  return { header, oldImage: OldImage, newImage: NewImage };
};

const image = (attributes: Attributes | undefined, { eventName, sequence }: ChangeHeader) => {
  if (attributes !== undefined) return toItem(attributes);
  const message = `the ${eventName} record ${sequence} lacks an image: the stream needs NEW_AND_OLD_IMAGES`;
  throw new PortError({ code: 'validation', message });
};

/** An image that does not belong to the event is missing as a property. */
export const toChangeRecord = ({ header, oldImage, newImage }: RawChange): ChangeRecord => {
  const { eventName } = header;
  return {
    ...header,
    ...(eventName !== 'INSERT' && { oldItem: image(oldImage, header) }),
    ...(eventName !== 'REMOVE' && { newItem: image(newImage, header) }),
  };
};

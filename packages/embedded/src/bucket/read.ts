import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { invalid } from '@verifiedfan/driver';
import { type GetObjectOptions, type ObjectInfo, PortError } from '@verifiedfan/ports';

type Span = { start: number; end: number };

/** First and last byte, both inside the object. */
const spanOf = (range: NonNullable<GetObjectOptions['range']>, size: number): Span => {
  const [start, end = size - 1] = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw invalid('a range needs a first byte and a last byte that is not in front of it');
  }
  if (start >= size || end >= size) throw invalid('the range leads beyond the end of the object');
  return { start, end };
};

export const corruptObject = (resource: string, cause?: unknown): PortError =>
  new PortError({
    code: 'corrupt',
    message: 'the bytes of the object are missing or of another length',
    resource,
    cause,
  });

const assertWholeFile = async (file: FileHandle, size: number, resource: string): Promise<void> => {
  if ((await file.stat()).size !== size) throw corruptObject(resource);
};

/** Opens the bytes of an upload. The open file outlives a deletion, so a reader is never cut off. */
export const openBody = async (
  path: string,
  { size }: ObjectInfo,
  range: GetObjectOptions['range'],
  resource: string,
): Promise<Readable> => {
  const span = range ? spanOf(range, size) : undefined;
  const file = await open(path, 'r');
  try {
    await assertWholeFile(file, size, resource);
  } catch (error) {
    await file.close();
    throw error;
  }
  if (size > 0) return file.createReadStream(span);
  await file.close();
  return Readable.from([]);
};

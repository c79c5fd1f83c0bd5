import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export type Body = Uint8Array | string | AsyncIterable<Uint8Array>;
export type Received = { size: number; etag: string };

const isWhole = (body: Body): body is Uint8Array | string => typeof body === 'string' || body instanceof Uint8Array;

const writeAll = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  let written = 0;
  // A nearly full disk takes a part of the bytes; the rest then meets the error.
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
};

const writeBody = async (file: FileHandle, body: Body): Promise<Received> => {
  const hash = createHash('md5');
  let size = 0;
  const chunks = isWhole(body) ? [typeof body === 'string' ? Buffer.from(body) : body] : body;
  for await (const chunk of chunks) {
    hash.update(chunk);
    await writeAll(file, chunk);
    size += chunk.length;
  }
  return { size, etag: hash.digest('hex') };
};

/** Streams a body into a new file. When the body or the disk fails, nothing of the file stays. */
export const receiveBody = async (path: string, body: Body, fsync: boolean): Promise<Received> => {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx');
  try {
    const received = await writeBody(file, body);
    if (fsync) await file.sync();
    await file.close();
    return received;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
};

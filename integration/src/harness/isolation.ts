import { createHash, randomUUID } from 'node:crypto';

/** Every test file is a process of its own, so this tells them apart; stable within a file, without any state in this module. */
const fileDigest = (): Buffer => createHash('sha256').update(`${process.pid} ${performance.timeOrigin}`).digest();

/**
 * An AWS account of this test file: 12 digits. ministack takes an access key id of that shape for the account, and accounts see nothing of
 * each other there.
 */
export const fileAccount = (): string => String(fileDigest().readUIntBE(0, 6) % 10 ** 12).padStart(12, '0');

/**
 * A name that nobody else uses: the given one with a random end, for tables, streams, queues, buckets, topics, databases and key prefixes.
 * Lower case, digits and hyphens where the given part is.
 */
export const uniqueName = (base: string): string => `${base}-${randomUUID().slice(0, 8)}`;

import { crc32, deflateRawSync } from 'node:zlib';

export type ZipFile = { name: string; content: Uint8Array };

/** 1980-01-01, the first day that the format knows: an archive of the same files is the same archive. */
const DOS_DATE = 0x0021;
const VERSION = 20;
const DEFLATED = 8;
/** Made on Unix, so that the mode counts; everyone may read, since Lambda runs as a user of its own. */
const MADE_BY = (3 << 8) | VERSION;
const MODE = 0o100644 * 2 ** 16;

/** One file as it lies in an archive, which is the same in each. */
export type PackedFile = { name: Buffer; shared: Buffer; content: Buffer };

/** Compresses one file, which is what takes time. */
export const pack = ({ name, content }: ZipFile): PackedFile => {
  const packed = deflateRawSync(content, { level: 9 });
  const file = Buffer.from(name);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(VERSION, 0);
  shared.writeUInt16LE(DEFLATED, 4);
  shared.writeUInt16LE(DOS_DATE, 8);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(packed.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(file.length, 22);
  return { name: file, shared, content: packed };
};

/** A zip archive, byte for byte the same for the same files. For a few files below 4 GiB, as the functions are. */
export const zip = (files: readonly ZipFile[]): Buffer => archiveOf(files.map(pack));

/** The archive of files that are packed already. */
export const archiveOf = (files: readonly PackedFile[]): Buffer => {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, shared, content } of files) {
    bodies.push(Buffer.from('PK\u0003\u0004'), shared, name, content);
    directory.push(centralEntry(shared, offset), name);
    offset += 4 + shared.length + name.length + content.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...bodies, central, endOfDirectory(files.length, central.length, offset)]);
};

const centralEntry = (shared: Buffer, offset: number): Buffer => {
  const head = Buffer.from('PK\u0001\u0002\0\0');
  head.writeUInt16LE(MADE_BY, 4);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(MODE, 6);
  tail.writeUInt32LE(offset, 10);
  return Buffer.concat([head, shared, tail]);
};

const endOfDirectory = (count: number, size: number, offset: number): Buffer => {
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
};

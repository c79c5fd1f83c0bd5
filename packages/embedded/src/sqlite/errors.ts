import { PortError, type PortErrorCode } from '@verifiedfan/ports';

/** Primary result codes: https://www.sqlite.org/rescode.html */
const CODE_BY_RESULT: Readonly<Record<number, readonly [code: PortErrorCode, message: string]>> = {
  5: ['locked', 'the file is in use by another process'],
  6: ['locked', 'the file is in use by another process'],
  8: ['read_only', 'the file cannot be written'],
  10: ['unavailable', 'the disk did not take or give the bytes'],
  11: ['corrupt', 'the file is damaged'],
  13: ['disk_full', 'the disk, or the limit of the file, is full'],
  14: ['read_only', 'the file cannot be opened or made'],
  26: ['corrupt', 'the file is not a database'],
};

/**
 * Variants that mean something else than their primary code. SQLite says `FULL` for ENOSPC alone: a quota that is used up and a limit of the
 * size of files reach it as a refused write (os_unix.c, `unixWrite` and `unixShmMap`).
 */
const CODE_BY_VARIANT: Readonly<Record<number, readonly [code: PortErrorCode, message: string]>> = {
  778: ['disk_full', 'the disk, a quota or the limit of the file is full, or the disk is failing'],
  4874: ['disk_full', 'the disk, a quota or the limit of the file is full, or the disk is failing'],
};

const CODE_BY_SYSTEM_ERROR: Readonly<Record<string, readonly [code: PortErrorCode, message: string]>> = {
  ENOSPC: ['disk_full', 'the disk is full'],
  EDQUOT: ['disk_full', 'the quota of the disk is used up'],
  EFBIG: ['disk_full', 'the file may not grow further'],
  EROFS: ['read_only', 'the directory cannot be written'],
  EACCES: ['read_only', 'the directory cannot be written'],
  EPERM: ['read_only', 'the directory cannot be written'],
  EIO: ['unavailable', 'the disk did not take or give the bytes'],
  EMFILE: ['unavailable', 'too many files are open'],
  ENFILE: ['unavailable', 'too many files are open'],
  ERR_INVALID_STATE: ['closed', 'the driver is closed'],
};

const meaningOf = (error: Error): readonly [code: PortErrorCode, message: string] | undefined => {
  // The low byte is the primary code; the rest tells variants of it apart.
  if ('errcode' in error && typeof error.errcode === 'number') {
    return CODE_BY_VARIANT[error.errcode] ?? CODE_BY_RESULT[error.errcode & 0xff];
  }
  if ('code' in error && typeof error.code === 'string' && Object.hasOwn(CODE_BY_SYSTEM_ERROR, error.code)) {
    return CODE_BY_SYSTEM_ERROR[error.code];
  }
  return undefined;
};

/** Gives what SQLite or the file system threw its meaning at the port. A mistake of the program itself comes back as it is. */
export const toPortError = (error: unknown, resource: string): unknown => {
  if (error instanceof PortError || !(error instanceof Error)) return error;
  const meaning = meaningOf(error);
  if (!meaning) return error;
  const [code, message] = meaning;
  return new PortError({ code, message, resource, cause: error });
};

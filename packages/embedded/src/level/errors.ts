import { PortError, type PortErrorCode } from '@verifiedfan/ports';

/** Errors by Node's code, by the code that classic-level gives, and by what strerror says: whichever the error carries. */
type Rule = { code: PortErrorCode; meaning: string; causes: readonly string[] };

/**
 * LevelDB 1.20 tells its I/O errors apart only in their text, which ends with strerror's (env_posix.cc, `IOError`). EFBIG counts as a full
 * disk: it is what a file-size limit of the process or the file system answers. A file that LevelDB names itself and does not find is damage.
 */
const RULES: readonly Rule[] = [
  { code: 'locked', meaning: 'its directory is in use by another process', causes: ['LEVEL_LOCKED'] },
  { code: 'corrupt', meaning: 'its directory is damaged', causes: ['LEVEL_CORRUPTION', 'No such file or directory'] },
  {
    code: 'disk_full',
    meaning: 'the disk is full',
    causes: ['ENOSPC', 'EDQUOT', 'EFBIG', 'No space left on device', 'Disk quota exceeded', 'File too large'],
  },
  {
    code: 'read_only',
    meaning: 'its directory is not writable',
    causes: ['EACCES', 'EPERM', 'EROFS', 'Permission denied', 'Operation not permitted', 'Read-only file system'],
  },
];

/** The error that says most is the innermost one: abstract-level wraps "failed to open" around the engine's own reason. */
const causesOf = (error: unknown): string[] => {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (!(current instanceof Error)) return [];
  const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
  // What is in front of the last colon is a path, in which any word may occur.
  return [code, current.message.slice(current.message.lastIndexOf(': ') + 2)];
};

/** Turns what LevelDB threw into the error of the ports; an error that is one already stays as it is. */
export const toPortError = (error: unknown, resource: string): PortError => {
  if (error instanceof PortError) return error;
  const causes = causesOf(error);
  const rule = RULES.find((one) => causes.some((cause) => one.causes.includes(cause)));
  const code = rule?.code ?? 'unavailable';
  const message = `${resource}: ${rule?.meaning ?? 'the engine did not answer'}`;
  return new PortError({ code, message, resource, cause: error });
};

export const closedError = (resource: string): PortError =>
  new PortError({ code: 'closed', message: `${resource} is closed`, resource });
export const damaged = (resource: string, message: string): PortError =>
  new PortError({ code: 'corrupt', message: `${resource}: ${message}`, resource });

import { PortError, type PortErrorCode } from '@verifiedfan/ports';

type Rule = readonly [code: PortErrorCode, when: (levelCode: string, text: string) => boolean, meaning: string];

/**
 * LevelDB 1.20 tells its I/O errors apart only in their text, which is strerror's (env_posix.cc, `IOError`). EFBIG counts as a full disk:
 * it is what a file-size limit of the process or the file system answers.
 */
const RULES: readonly Rule[] = [
  ['locked', (levelCode) => levelCode === 'LEVEL_LOCKED', 'its directory is in use by another process'],
  [
    'corrupt',
    (levelCode, text) => levelCode === 'LEVEL_CORRUPTION' || /^Corruption:/.test(text),
    'its directory is damaged',
  ],
  ['disk_full', (_, text) => /ENOSPC|No space left|EDQUOT|quota|EFBIG|File too large/i.test(text), 'the disk is full'],
  [
    'read_only',
    (_, text) => /EACCES|EPERM|EROFS|Permission denied|not permitted|Read-only/i.test(text),
    'its directory is not writable',
  ],
];

/** The error that says most is the innermost one: abstract-level wraps "failed to open" around the engine's own reason. */
const innermost = (error: unknown): { code: string; text: string } => {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (!(current instanceof Error)) return { code: '', text: String(current) };
  const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
  return { code, text: `${code} ${current.message}` };
};

/** Turns what LevelDB threw into the error of the ports; an error that is one already stays as it is. */
export const toPortError = (error: unknown, resource: string): PortError => {
  if (error instanceof PortError) return error;
  const { code, text } = innermost(error);
  const rule = RULES.find(([, when]) => when(code, text));
  const meaning = rule ? rule[2] : 'the engine did not answer';
  return new PortError({
    code: rule ? rule[0] : 'unavailable',
    message: `${resource}: ${meaning}`,
    resource,
    cause: error,
  });
};

export const invalid = (message: string): PortError => new PortError({ code: 'validation', message });
export const tooLarge = (message: string): PortError => new PortError({ code: 'too_large', message });
export const closedError = (resource: string): PortError =>
  new PortError({ code: 'closed', message: `${resource} is closed`, resource });
export const damaged = (resource: string, message: string): PortError =>
  new PortError({ code: 'corrupt', message: `${resource}: ${message}`, resource });

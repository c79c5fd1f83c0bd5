/** What a person can do about an error, by its code; the message says what happened. */
const ADVICE: Readonly<Record<string, string>> = {
  locked: 'Stop the other process, or choose another directory with --data',
  disk_full:
    'Free some space and run the command again; "verifiedfan resume" finishes a load that had begun, and nothing that was acknowledged is lost',
  read_only: 'Make the data directory writable, or choose another one with --data',
  corrupt: 'Run "verifiedfan doctor"; restore the data directory from a copy, or load into a new one with --data',
  interrupted:
    'Nothing is lost: "verifiedfan resume" finishes a load that had begun, and a running "start" goes on with it',
  EADDRNOTAVAIL: 'Choose an address of this machine with --host',
  ENOTFOUND: 'Choose an address of this machine with --host',
};

/** Errors of the operating system that have a code of ours. */
const MEANING: Readonly<Record<string, string>> = {
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EFBIG: 'disk_full',
  EROFS: 'read_only',
};

/** How deep an error's causes are followed: they could be a circle. */
const MAX_CAUSES = 8;

/** The code of an error, or of the cause that has one we know something about. */
export const codeOf = (error: unknown): string | undefined => {
  let own: string | undefined;
  let each = error;
  for (let depth = 0; depth < MAX_CAUSES && each instanceof Error; depth += 1) {
    const code = 'code' in each && typeof each.code === 'string' ? (MEANING[each.code] ?? each.code) : undefined;
    if (code !== undefined && Object.hasOwn(ADVICE, code)) return code;
    own ??= code;
    each = each.cause;
  }
  return own;
};

/** Faults of the machine under the data directory: repeating cannot help before a person has mended it. */
export const isMachineFault = (error: unknown): boolean =>
  ['disk_full', 'read_only', 'corrupt'].includes(codeOf(error) ?? '');

/** What happened, and what to do next where that is known. */
export const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return 'something failed without saying what';
  const details = 'details' in error && Array.isArray(error.details) ? error.details.map(describe).join('') : '';
  const code = codeOf(error);
  const advice = code === undefined ? undefined : ADVICE[code];
  const message = `${error.message.replace(/\.$/, '')}${details}`;
  return advice === undefined ? message : `${message}. ${advice}.`;
};

/** One field of a document that was refused. */
const describe = (detail: unknown): string => {
  const { pointer, path, message } = Object(detail) as Record<string, unknown>;
  return `\n  ${pointer ?? path ?? ''}: ${message ?? ''}`;
};

/** What a person can do about an error, by its code; the rest of the message says what happened. */
const ADVICE: Readonly<Record<string, string>> = {
  locked: 'Stop the other process, or choose another directory with --data.',
  disk_full: 'Free some space and run "verifiedfan resume": nothing that was acknowledged is lost.',
  read_only: 'Choose a directory that can be written with --data.',
  corrupt: 'Run "verifiedfan doctor"; restore the directory from a copy, or load into a new one with --data.',
  port_taken: '',
  configuration: '',
};

/** One sentence for the terminal, with what to do next where that is known. */
export const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return 'something failed without saying what';
  const details = 'details' in error && Array.isArray(error.details) ? error.details.map(describe).join('') : '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const advice = code === undefined ? undefined : ADVICE[code];
  return advice === undefined || advice === '' ? `${error.message}${details}` : `${error.message}. ${advice}`;
};

/** One field of a document that was refused. */
const describe = (detail: { pointer?: string; path?: string; message?: string }): string =>
  `\n  ${detail.pointer ?? detail.path ?? ''}: ${detail.message ?? ''}`;

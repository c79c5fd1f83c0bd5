import { main } from '@verifiedfan/cli';

export type Ran = {
  code: number;
  out: string;
  err: string;
  /** Standard output as the one JSON document that it must be. */
  json<Document = unknown>(): Document;
  /** Standard output as JSON lines. */
  lines<Document = Record<string, unknown>>(): Document[];
};

export type RunOptions = {
  /** Where relative paths of the command line start. */
  directory: string;
  interactive?: boolean;
  signal?: AbortSignal;
  /** Hears what is written to standard error, as it is written. */
  onError?: (text: string) => unknown;
};

/** Runs one command line in this process, with an input and output of its own. */
export const runHere = async (
  argv: readonly string[],
  { directory, interactive = false, signal = new AbortController().signal, onError = () => {} }: RunOptions,
): Promise<Ran> => {
  let out = '';
  let err = '';
  const code = await main(argv, {
    out(text) {
      out += text;
    },
    error(text) {
      err += text;
      onError(text);
    },
    drained: async () => {},
    interactive,
    directory,
    signal,
  });
  return ran(code, out, err);
};

export const ran = (code: number, out: string, err: string): Ran => ({
  code,
  out,
  err,
  json: () => parse(out, err),
  lines: () =>
    out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => parse(line, err)),
});

const parse = <Document>(text: string, err: string): Document => {
  try {
    return JSON.parse(text) as Document;
  } catch (cause) {
    throw new Error(`this is not JSON: ${text}\nstandard error was: ${err}`, { cause });
  }
};

import { StringDecoder } from 'node:string_decoder';

/** A command line as it travels to the process that owns the data directory. */
export type RemoteCommand = { argv: string[]; directory: string; interactive: boolean };
/** What the caller sends: first its command, then perhaps that it wants to stop. */
export type Request = RemoteCommand | { stop: true };
/** What the owner answers. `begun` comes first: from then on the command is its business. */
export type Frame = { begun: true } | { out: string } | { error: string } | { exit: number };

/** Far above any command line (an argument list of Linux is at most 2 MiB), so that a stray client cannot fill the memory. */
const MAX_LINE_LENGTH = 8_388_608;

export const encodeFrame = (frame: Frame | Request): string => `${JSON.stringify(frame)}\n`;

/**
 * Cuts a byte stream into JSON documents at line feeds alone; `readline` would also cut at U+2028, which JSON leaves as it is. What is
 * not JSON, or too long, throws.
 */
export const createFrameReader = <Document>(take: (document: Document) => void) => {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (bytes: Buffer): void => {
    const [first = '', ...lines] = decoder.write(bytes).split('\n');
    rest += first;
    for (const line of lines) {
      take(JSON.parse(rest) as Document);
      rest = line;
    }
    if (rest.length > MAX_LINE_LENGTH) throw new RangeError('a frame is too long');
  };
};

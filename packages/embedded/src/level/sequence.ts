import { invalid } from '@verifiedfan/ports/table-rules';

/** How the numbers of a log look outside. Inside they are whole numbers that count up by one. */
export type SequenceFormat = {
  /** The number of the first record. */
  readonly first: number;
  format(number: number): string;
  /** The number that a sequence stands for; foreign ones map to the nearest number, so that their order is kept. */
  parse(sequence: string): number;
};

/** Added to a number so that its text has a fixed width: 16 digits, exact below 2^53, room for 9 × 10^14 records. */
const WIDTH = 1_000_000_000_000_000;
const BEYOND = 8 * WIDTH;

/** Sixteen digits that sort as text like the number does. */
export const fixedWidth = (number: number): string => String(WIDTH + number);
export const fromFixedWidth = (text: string): number => Number(text) - WIDTH;

const digits = (sequence: string): string => {
  if (!/^\d{1,129}$/.test(sequence)) throw invalid('a sequence is a decimal number of 1 to 129 digits');
  return sequence.replace(/^0+(?=\d)/, '');
};

const PREFIX = '100000';
const LENGTH = PREFIX.length + 16;

/** Like the sequences of DynamoDB and Kinesis: longer than a JavaScript number holds, so that nobody treats them as one. */
export const longSequences: SequenceFormat = {
  first: 1,
  format: (number) => PREFIX + (WIDTH + number),
  parse(sequence) {
    const text = digits(sequence);
    if (text.length !== LENGTH) return text.length < LENGTH ? 0 : BEYOND;
    const head = text.slice(0, PREFIX.length);
    if (head !== PREFIX) return head < PREFIX ? 0 : BEYOND;
    return Math.max(0, fromFixedWidth(text.slice(PREFIX.length)));
  },
};

/** Offsets as Kafka counts them: from 0, without gaps. */
export const offsets: SequenceFormat = {
  first: 0,
  format: String,
  parse: (sequence) => Math.min(BEYOND, Number(digits(sequence))),
};

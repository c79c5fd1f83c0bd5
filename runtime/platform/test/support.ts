import type { Catalogue } from '@verifiedfan/ports';

/** One resource of each kind that the embedded platform opens. */
export const CATALOGUE = {
  people: { kind: 'table', purpose: 'Rows.', changeShards: 2 },
  letters: { kind: 'table', purpose: 'More rows.' },
  scores: { kind: 'stream', purpose: 'Records.' },
  news: { kind: 'topic', purpose: 'Messages for many.', partitions: 2 },
  work: { kind: 'queue', purpose: 'Messages for one.' },
  files: { kind: 'bucket', purpose: 'Objects.' },
  answers: { kind: 'cache', purpose: 'Values for a while.' },
  hourly: { kind: 'schedule', purpose: 'A tick.', expression: 'rate(1 hour)' },
} as const satisfies Catalogue;

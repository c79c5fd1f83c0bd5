import { appsyncResolver, defineWorker } from '@verifiedfan/worker';

/** Says that it is on, unless its flag is off. */
export const flagged = defineWorker({
  purpose: 'Answers as long as it is switched on.',
  source: appsyncResolver('flagged'),
  flag: 'flagged',
  reads: [],
  writes: [],
  services: () => ({}),
  answer: async () => 'on',
});

/** Times one side of the pipeline benchmark in this process and prints the times as JSON. `pipeline.ts` starts it. */
import { deepStrictEqual } from 'node:assert/strict';
import { makeLambdaContext, makeSqsInput } from '@verifiedfan/test-utils';
import type { SQSEvent } from 'aws-lambda';
import { type SideName, sides } from './pipeline-sides.ts';

const MESSAGES = 100;
const BATCHES_A_ROUND = 10;
const WARM_UP_ROUNDS = 300;
const ROUNDS = 500;

const [name = '', failEvery = '0'] = process.argv.slice(2);
const fails = (id: number): boolean => Number(failEvery) > 0 && id % Number(failEvery) === 0;

const messages = Array.from({ length: MESSAGES }, (_, index) => ({
  body: {
    id: index + 1,
    fails: fails(index + 1),
    type: 'score',
    campaignId: 'tour-2027',
    memberId: `db589e09272b8de8f57a${index}`,
    score: 0.7366,
    verdict: 'selected',
    events: ['ev-299585a8-3', 'ev-f7bcab4b-1'],
    scoredAt: '2026-01-05T10:00:00.000Z',
  },
}));
const event = makeSqsInput(messages);
const text = JSON.stringify(event);
const expected = event.Records.filter((_, index) => fails(index + 1)).map(({ messageId }) => messageId);

let sum = 0;
const handle = await sides[name as SideName](({ id }) => {
  sum += id;
});
const context = makeLambdaContext();

/** Microseconds a batch. A round is shorter than a time slice of the scheduler, so most rounds meet no other program. */
const timeRound = async (): Promise<number> => {
  // Middy's normalizer puts the parsed body into the event, so each batch needs an event of its own: made before the clock runs.
  const events = Array.from({ length: BATCHES_A_ROUND }, () => JSON.parse(text) as SQSEvent);
  let answer: unknown;
  sum = 0;
  const startedMs = performance.now();
  for (const each of events) answer = await handle(each, context);
  const tookMs = performance.now() - startedMs;
  deepStrictEqual(sum, (BATCHES_A_ROUND * (MESSAGES * (MESSAGES + 1))) / 2);
  const { batchItemFailures } = answer as { batchItemFailures: { itemIdentifier: string }[] };
  deepStrictEqual(
    batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    expected,
  );
  return (tookMs * 1_000) / BATCHES_A_ROUND;
};

for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await timeRound();
const microseconds: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) microseconds.push(await timeRound());
process.stdout.write(JSON.stringify({ microseconds, bytes: text.length }));

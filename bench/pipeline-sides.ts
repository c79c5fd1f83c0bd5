import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { makeLambdaContext } from '@verifiedfan/test-utils';
import type { WorkerHost } from '@verifiedfan/worker';
import type { Context, SQSEvent } from 'aws-lambda';

type Message = { id: number; fails: boolean };
/** What the work of a message is: reading its data. The sum shows that every message was read. */
export type Work = (message: Message) => void;
type Handle = (event: SQSEvent, context: ReturnType<typeof makeLambdaContext>) => Promise<unknown>;

/** Nobody logs: middy would write a line for each failed message, ours one for the batch, Powertools none. */
const silent = (): void => undefined;

const refuse = async (): Promise<never> => {
  throw new Error('the benchmark calls nobody');
};

/** Our worker kit on a real platform of which nothing is used: its stores open when they are first asked for. */
const createOurs = async (work: Work): Promise<Handle> => {
  const { createEmbeddedPlatform } = await import('@verifiedfan/platform');
  const { createHandler, defineWorker, sqs } = await import('@verifiedfan/worker');
  const directory = join(tmpdir(), 'bench-pipeline');
  const platform = createEmbeddedPlatform({
    directory,
    catalogue: { deadLetterTable: { kind: 'table', purpose: 'unused' } },
  });
  const host: WorkerHost = {
    platform,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    endpoint: (name) => `http://${name}.invalid`,
    workerToken: () => refuse,
    verifyToken: refuse,
    upstream: { drained: async () => 'unknown' },
  };
  const worker = defineWorker({
    purpose: 'Reads each message.',
    source: sqs<Message>('benchQueue', { batchSize: 100, batchWindowSeconds: 1 }),
    reads: [],
    writes: [],
    services: () => ({}),
    async handle(records, { retry }) {
      for (const record of records) {
        work(record.data);
        if (record.data.fails) retry(record, new Error('transient'));
      }
      return {};
    },
  });
  return createHandler({ name: 'bench', worker, host });
};

/** As in the manuals of the two middlewares: https://middy.js.org/docs/middlewares/sqs-partial-batch-failure */
const createMiddy = async (work: Work): Promise<Handle> => {
  const { default: middy } = await import('@middy/core');
  const { default: eventNormalizer } = await import('@middy/event-normalizer');
  const { default: sqsPartialBatchFailure } = await import('@middy/sqs-partial-batch-failure');
  const handler = middy<SQSEvent>()
    .use(eventNormalizer())
    .use(sqsPartialBatchFailure({ logger: silent }))
    .handler((event: SQSEvent) =>
      Promise.allSettled(
        event.Records.map(async ({ body }) => {
          const message = body as unknown as Message;
          work(message);
          if (message.fails) throw new Error('transient');
        }),
      ),
    );
  return (event, context) => handler(event, context as Context) as Promise<unknown>;
};

/** As in its manual: https://docs.aws.amazon.com/powertools/typescript/latest/features/batch/ */
const createPowertools = async (work: Work): Promise<Handle> => {
  const { BatchProcessor, EventType, processPartialResponse } = await import('@aws-lambda-powertools/batch');
  const processor = new BatchProcessor(EventType.SQS);
  const handleRecord = async ({ body }: { body: string }): Promise<void> => {
    const message = JSON.parse(body) as Message;
    work(message);
    if (message.fails) throw new Error('transient');
  };
  return (event, context) => processPartialResponse(event, handleRecord, processor, { context: context as Context });
};

/** Each loads what it needs itself, so that a process holds one side alone. */
export const sides = { ours: createOurs, middy: createMiddy, powertools: createPowertools } as const;
export type SideName = keyof typeof sides;

import type { ObjectInfo } from '@verifiedfan/ports';
import {
  type Handler,
  type InvocationContext,
  prepareWorker,
  redrive,
  s3Event,
  type Worker,
} from '@verifiedfan/worker';
import { workers } from '../../index.ts';
import type { ScoresStreamRecord } from '../../scoring/domain/score-record.ts';
import { answerOf, handlerOf, withServices } from './host.ts';
import type { Owner } from './owner.ts';
import { openTestPlatform, type TestPlatform } from './platform.ts';
import { makeSetting } from './setting.ts';

export type LoadAnswer = {
  count: Record<string, number>;
  loads: { key: string; state: string; reason?: string; load: number; loadId: string; count: Record<string, number> }[];
  batchItemFailures?: unknown[];
};
export type TestOffer = { events: readonly string[]; maxRank?: number };

export type LoadingOptions = {
  /** What campaigns offer; others do not exist. Edited in place by tests. */
  campaigns?: Record<string, TestOffer>;
  batchRows?: number;
  platform?: TestPlatform;
  replace?: Readonly<Record<string, unknown>>;
};

export const HEADER = 'campaignId,memberId,score,preferences,scoredAt';
/** A good row of the columns of `HEADER`. */
export const aLine = (
  memberId: string,
  changes: { campaignId?: string; score?: string; preferences?: string } = {},
): string => {
  const { campaignId = 'tour', score = '0.5', preferences = 'e1' } = changes;
  return `${campaignId},${memberId},${score},${preferences},2026-01-01T00:00:00Z`;
};
export const aFile = (...lines: string[]): string => `${[HEADER, ...lines].join('\n')}\n`;

/** loadScoresToStream with a bucket in front of it and the stream behind it. */
export const setUpLoading = (owner: Owner, options: LoadingOptions = {}) => {
  const { campaigns = { tour: { events: ['e1', 'e2'] } }, batchRows = 1_000, replace = {} } = options;
  const platform = options.platform ?? openTestPlatform(owner);
  const setting = makeSetting(owner, { platform });
  const fetchOffer = async (campaignId: string): Promise<TestOffer | undefined> => campaigns[campaignId];
  const worker: Worker = withServices(workers.loadScoresToStream, { fetchOffer, batchRows, ...replace });
  const handler: Handler = handlerOf('loadScoresToStream', setting.host, worker);
  const bucket = platform.bucket('scoringBucket');
  const put = async (key: string, body: string | Uint8Array): Promise<ObjectInfo> => {
    const result = await bucket.put({ key, body });
    if (result.outcome !== 'stored') throw new TypeError('an upload without conditions is stored');
    return result.info;
  };
  const tell = (info: ObjectInfo, context?: InvocationContext): Promise<LoadAnswer> =>
    answerOf(handler, s3Event('scoringBucket', info), context);
  return {
    ...setting,
    platform,
    handler,
    worker,
    bucket,
    put,
    tell,
    /** Uploads and loads at once. */
    load: async (key: string, body: string | Uint8Array): Promise<LoadAnswer> => tell(await put(key, body)),
    /** Everything on scoresStream. */
    async records(): Promise<ScoresStreamRecord[]> {
      const stream = platform.stream('scoresStream');
      const reads = (await stream.shards()).map(({ id }) => stream.read({ shard: id, limit: 10_000 }));
      const all = (await Promise.all(reads)).flatMap(({ records }) => records);
      return all.map(({ data }) => JSON.parse(data as string) as ScoresStreamRecord);
    },
    /** What was sent to a queue, the oldest first. */
    async sent(queue: 'verdictReporterQueue' | 'loadContinuationQueue'): Promise<Record<string, unknown>[]> {
      const { messages } = await platform.queue(queue).peek({ limit: 100 });
      return messages.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    },
    /** Puts every dead letter back, as `verifiedfan dead-letters redrive` does. */
    async redriveAll(): Promise<void> {
      const prepared = prepareWorker({ name: 'loadScoresToStream', worker, host: setting.host });
      for await (const { id } of prepared.deadLetters.list()) {
        const letter = await prepared.deadLetters.get(id);
        if (letter !== undefined) await redrive(prepared, letter);
      }
    },
  };
};

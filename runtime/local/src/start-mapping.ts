import type { Catalogue, Platform } from '@verifiedfan/ports';
import type { PreparedWorker, Source } from '@verifiedfan/worker';
import { changeAdapter, streamAdapter } from './mappings/adapters.ts';
import type { BackOff } from './mappings/back-off.ts';
import { startBucketMapping } from './mappings/bucket-mapping.ts';
import type { Mapping, MappingEvents } from './mappings/mapping.ts';
import { startQueueMapping } from './mappings/queue-mapping.ts';
import { startScheduleMapping } from './mappings/schedule-mapping.ts';
import { startStreamMapping } from './mappings/stream-mapping.ts';

export type StartMappingOptions = {
  prepared: PreparedWorker;
  source: Source;
  platform: Platform;
  catalogue: Catalogue;
  events: MappingEvents;
  backOff: BackOff;
  signal: AbortSignal;
};

/** SQS's own defaults. */
const DEFAULT_MAX_RECEIVE_COUNT = 5;
const DEFAULT_VISIBILITY_SECONDS = 30;
/**
 * A queue hides a message for as long as a function may run. This process hides it anew while it works, so it need not ask for so much at
 * once: what it had when it was killed comes again sooner.
 */
const LONGEST_HIDING_SECONDS = 30;

/** Starts one mapping for one source; sources behind AppSync have none, they are called by the GraphQL gateway. */
export const startMapping = ({ platform, catalogue, ...options }: StartMappingOptions): Mapping | undefined => {
  const { source } = options;
  const { checkpoints } = platform;
  const { kind, resource } = source;
  const definition = Object.hasOwn(catalogue, resource) ? catalogue[resource] : undefined;
  switch (kind) {
    case 'kinesis':
      return startStreamMapping({ ...options, checkpoints, adapter: streamAdapter(platform.stream(resource), source) });
    case 'dynamodb': {
      const adapter = changeAdapter(platform.table(resource).changes, source);
      return startStreamMapping({ ...options, checkpoints, adapter });
    }
    case 'sqs': {
      const queue = platform.queue(resource);
      if (queue.fifo !== source.queue?.fifo)
        throw new TypeError(`${resource} is ${queue.fifo ? '' : 'not '}FIFO, and its worker says otherwise`);
      const { maxReceiveCount = DEFAULT_MAX_RECEIVE_COUNT, visibilitySeconds = DEFAULT_VISIBILITY_SECONDS } =
        definition?.kind === 'queue' ? definition : {};
      // A queue that hides nothing would hand a message to every poller at once.
      const hidingSeconds = Math.min(LONGEST_HIDING_SECONDS, Math.max(1, visibilitySeconds));
      return startQueueMapping({ ...options, queue, maxReceiveCount, visibilitySeconds: hidingSeconds });
    }
    case 's3':
      return startBucketMapping({ ...options, notifications: platform.notifications(resource) });
    case 'schedule':
      if (definition?.kind !== 'schedule') throw new TypeError(`the catalogue has no schedule ${resource}`);
      return startScheduleMapping({ ...options, checkpoints, expression: definition.expression });
    case 'appsync-resolver':
    case 'appsync-authorizer':
      return undefined;
  }
};

import type { Catalogue } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';

/** A load reads as long as Lambda lets it; everything else is done or repeated. Requests are waited for by people. */
const UPLOAD_SECONDS = 900;
const BATCH_SECONDS = 120;
const REQUEST_SECONDS = 15;
/** Of a queue that does not say otherwise: SQS's own. */
const HIDDEN_SECONDS = 30;
/** Lambda may be throttled with messages in its hands and tries again: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const HIDDEN_TIMES = 6;

const declaredSeconds = (queue: string, catalogue: Catalogue): number => {
  const definition = catalogue[queue];
  return definition?.kind === 'queue' ? (definition.visibilitySeconds ?? HIDDEN_SECONDS) : HIDDEN_SECONDS;
};

/** How long a function may take, in seconds: of one behind a queue as long as the catalogue gives one attempt, at most two minutes. */
export const timeoutOf = ({ sources }: Worker, catalogue: Catalogue): number => {
  if (sources.some(({ mode }) => mode === 'request')) return REQUEST_SECONDS;
  if (sources.some(({ kind }) => kind === 's3')) return UPLOAD_SECONDS;
  const attempts = sources.flatMap(({ queue, resource }) =>
    queue === undefined ? [] : [declaredSeconds(resource, catalogue)],
  );
  return Math.min(BATCH_SECONDS, ...attempts);
};

export type QueueWaits = {
  /** How long SQS hides a message that was received, in seconds. */
  hiddenSeconds: number;
  /** The longest attempt of a worker of this stage; undefined for a queue that none reads. */
  attemptSeconds: number | undefined;
};

/** AWS asks for six times the timeout of the function, and the batch window; the catalogue may ask for more. */
export const waitsOf = (
  queue: string,
  { workers, catalogue }: { workers: Readonly<Record<string, Worker>>; catalogue: Catalogue },
): QueueWaits => {
  const readers = Object.values(workers).flatMap((worker) =>
    worker.sources.flatMap((source) =>
      source.queue !== undefined && source.resource === queue
        ? [{ attempt: timeoutOf(worker, catalogue), windowSeconds: source.queue.batchWindowSeconds }]
        : [],
    ),
  );
  const needed = readers.map(({ attempt, windowSeconds }) => HIDDEN_TIMES * attempt + windowSeconds);
  return {
    hiddenSeconds: Math.max(declaredSeconds(queue, catalogue), ...needed),
    attemptSeconds: readers.length === 0 ? undefined : Math.max(...readers.map(({ attempt }) => attempt)),
  };
};

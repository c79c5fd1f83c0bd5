import type { ReceivedMessage } from '@verifiedfan/ports';
import { sqsPayload, toError } from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';
import { withinWindow } from './batch-window.ts';
import { createGate, type Gate } from './gate.ts';
import { failedMessageIds, invokeWithEvent } from './json-way.ts';
import { keepRunning } from './keep-running.ts';
import type { Mapping, MappingEvents } from './mapping.ts';
import { type QueueFailuresOptions, returnOrGiveUp } from './queue-failures.ts';
import { whileHidden } from './while-hidden.ts';

export type QueueMappingOptions = QueueFailuresOptions & {
  /** How long the queue hides a received message; it is hidden anew as long as it is worked on. */
  visibilitySeconds: number;
  events: MappingEvents;
  backOff: BackOff;
};

/** AWS starts with five pollers; more only help workers that wait for others, and there are none here. */
const MOST_POLLERS = 4;

/**
 * Runs one worker over a queue: receives, invokes with the exact AWS event, deletes what was done. What failed becomes visible again
 * after a back-off that grows with its receives, and goes to the dead letters when it failed too often.
 */
export const startQueueMapping = (options: QueueMappingOptions): Mapping => {
  const { prepared, source, queue, signal, events } = options;
  const gate = createGate(prepared);
  let working = 0;
  const poll = (): Promise<void> =>
    keepRunning(options, async () => {
      await queue.waitForMessages(signal);
      await gate.open(signal);
      if (signal.aborted) return;
      working += 1;
      events.began();
      try {
        await workOffBatch(options, gate);
      } finally {
        working -= 1;
        events.progressed();
      }
    });
  const pollers = Array.from({ length: Math.min(source.queue?.maxConcurrency ?? 1, MOST_POLLERS) }, poll);
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: Promise.all(pollers).then(() => undefined),
    paused: gate.paused,
    busy: () => working > 0,
    async waiting() {
      const { visible, inFlight, delayed } = await queue.depth();
      return visible + inFlight + delayed > 0;
    },
  };
};

const workOffBatch = async (options: QueueMappingOptions, gate: Gate): Promise<void> => {
  const { queue, source, signal, visibilitySeconds } = options;
  const { batchSize = 10 } = source.queue ?? {};
  const messages = await queue.receive({ max: batchSize, visibilitySeconds, signal });
  if (messages.length === 0) return;
  const failed = await whileHidden(options, messages, async () => {
    await gather(options, messages);
    return signal.aborted || gate.paused() ? undefined : invokeWith(options, messages);
  });
  // Asked to stop, or switched off, while the batch was gathered: nothing more is begun, and whoever comes next need not wait.
  if (failed === undefined) await queue.changeVisibility(handlesOf(messages), 0);
  // Behind the hiding, which would hide again what is shown here.
  else await settleMessages(options, messages, failed);
};

/** Adds what comes until the batch is full or its window over. */
const gather = async (
  { prepared, queue, source, visibilitySeconds, signal }: QueueMappingOptions,
  messages: ReceivedMessage[],
): Promise<void> => {
  const { batchSize = 10, batchWindowSeconds = 0 } = source.queue ?? {};
  if (batchWindowSeconds === 0) return;
  const { clock } = prepared.host.platform;
  await withinWindow({ clock, durationMs: batchWindowSeconds * 1_000, signal }, async (over) => {
    while (messages.length < batchSize && !over.aborted) {
      await queue.waitForMessages(over);
      if (over.aborted) return;
      messages.push(...(await queue.receive({ max: batchSize - messages.length, visibilitySeconds, signal })));
    }
  });
};

const handlesOf = (messages: readonly ReceivedMessage[]): string[] =>
  messages.map(({ receiptHandle }) => receiptHandle);

/** The ids of the messages that failed. */
const invokeWith = async (
  { prepared, source, queue, events, signal }: QueueMappingOptions,
  messages: readonly ReceivedMessage[],
): Promise<ReadonlySet<string>> => {
  const described = { name: source.resource, fifo: queue.fifo };
  const ids = messages.map(({ messageId }) => messageId);
  try {
    const records = messages.map((message) => sqsPayload(message, described));
    const answer = await invokeWithEvent({ prepared, records, signal });
    const failed = failedMessageIds(answer, ids) ?? new Set(ids);
    events.invoked(prepared.name, answer);
    if (failed.size > 0) events.failed(prepared.name, new Error('messages to be retried'));
    return failed;
  } catch (thrown) {
    if (!signal.aborted) events.failed(prepared.name, toError(thrown));
    return new Set(ids);
  }
};

const settleMessages = async (
  options: QueueMappingOptions,
  messages: readonly ReceivedMessage[],
  failed: ReadonlySet<string>,
): Promise<void> => {
  const { queue, prepared, events } = options;
  const done = messages.filter(({ messageId }) => !failed.has(messageId));
  for (const result of done.length === 0 ? [] : await queue.deleteMany(handlesOf(done))) {
    // The message will be handed out again: the worker must stand that anyway.
    if ('error' in result) events.failed(prepared.name, result.error);
  }
  await returnOrGiveUp(
    options,
    messages.filter(({ messageId }) => failed.has(messageId)),
  );
};

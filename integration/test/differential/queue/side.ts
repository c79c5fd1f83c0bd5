import type { OutgoingMessage, Queue, ReceivedMessage } from '@verifiedfan/ports';
import { codeOf, type Side } from '../../../src/index.ts';
import type { QueueOperation } from './operations.ts';

/** Longer than a run. */
const LONG_SECONDS = 3_600;
/** A FIFO queue gives ten messages at most in one call, and then holds their groups back: with more, chance would decide which. */
const MOST_IN_FIFO = 10;
const PER_CALL = 1_000;

export type QueueSubject = {
  queue: Queue;
  deadLetters: Queue;
  /** Lets time pass for this engine. */
  pass(durationMs: number): Promise<void>;
  close(): Promise<void>;
};

const promised = ({ body, attributes, receiveCount, group, deduplicationId }: ReceivedMessage): unknown => ({
  body,
  attributes,
  receiveCount,
  group,
  deduplicationId,
});

/** By group, where the order is promised inside each; sorted, where none is. */
const inPromisedOrder = (messages: readonly ReceivedMessage[], fifo: boolean): unknown => {
  if (!fifo) return [...messages].sort((a, b) => (a.body < b.body ? -1 : 1)).map(promised);
  const groups = [...new Set(messages.map(({ group = '' }) => group))].sort();
  return groups.map((name) => messages.filter(({ group }) => group === name).map(promised));
};

/** Receives until two calls in a row gave nothing: what was behind a moved message comes with the next one. */
const receiveAll = async (queue: Queue, visibilitySeconds: number): Promise<ReceivedMessage[]> => {
  const all: ReceivedMessage[] = [];
  for (let empty = 0; empty < 2; ) {
    const messages = await queue.receive({ max: queue.fifo ? MOST_IN_FIFO : PER_CALL, visibilitySeconds });
    empty = messages.length === 0 ? empty + 1 : 0;
    all.push(...messages);
  }
  return all;
};

const outcomes = (results: readonly object[]): string[] =>
  results.map((result) => ('error' in result ? codeOf(result.error) : (Object.keys(result)[0] ?? '')));

export const queueSide = ({ queue, deadLetters, pass, close }: QueueSubject): Side<QueueOperation> => {
  /** Handles of messages in flight, by body. */
  const held = new Map<string, string>();
  /** Messages in the queue that can ever be received. */
  const present = new Set<string>();
  const idsByDeduplication = new Map<string, string>();

  const handlesOf = (bodies: readonly string[]): { body: string; handle: string }[] =>
    [...new Set(bodies)].flatMap((body) => {
      const handle = held.get(body);
      return handle === undefined ? [] : [{ body, handle }];
    });

  const send = async (messages: readonly OutgoingMessage[]): Promise<unknown> => {
    const room = queue.fifo ? messages.slice(0, Math.max(0, MOST_IN_FIFO - present.size)) : messages;
    const results = await queue.sendMany(room);
    return results.map((result, index) => {
      if ('error' in result) return codeOf(result.error);
      const { body = '', deduplicationId } = room[index] ?? {};
      const earlier = deduplicationId === undefined ? undefined : idsByDeduplication.get(deduplicationId);
      if (earlier !== undefined) return result.messageId === earlier ? 'sent before' : 'sent twice';
      if (deduplicationId !== undefined) idsByDeduplication.set(deduplicationId, result.messageId);
      present.add(body);
      return 'sent';
    });
  };

  const receive = async (): Promise<unknown> => {
    const messages = await receiveAll(queue, LONG_SECONDS);
    for (const { body, receiptHandle } of messages) held.set(body, receiptHandle);
    return inPromisedOrder(messages, queue.fifo);
  };

  const receiveAndForget = async (): Promise<unknown> => {
    // One call: with a second of visibility a second call could meet the same messages again.
    const messages = await queue.receive({ max: queue.fifo ? MOST_IN_FIFO : PER_CALL, visibilitySeconds: 2 });
    await pass(2_100);
    return inPromisedOrder(messages, queue.fifo);
  };

  const remove = async (bodies: readonly string[]): Promise<unknown> => {
    const named = handlesOf(bodies);
    const results = outcomes(await queue.deleteMany(named.map(({ handle }) => handle)));
    for (const { body } of named) {
      held.delete(body);
      present.delete(body);
    }
    return named.map(({ body }, index) => [body, results[index]]);
  };

  const change = async (bodies: readonly string[], seconds: number): Promise<unknown> => {
    const named = handlesOf(bodies);
    const results = outcomes(
      await queue.changeVisibility(
        named.map(({ handle }) => handle),
        seconds,
      ),
    );
    if (seconds === 0) for (const { body } of named) held.delete(body);
    return named.map(({ body }, index) => [body, results[index]]);
  };

  const collectDead = async (): Promise<unknown> => {
    const messages = await receiveAll(deadLetters, LONG_SECONDS);
    for (const { body } of messages) present.delete(body);
    await deadLetters.deleteMany(messages.map(({ receiptHandle }) => receiptHandle));
    return inPromisedOrder(messages, queue.fifo);
  };

  const play = async (operation: QueueOperation): Promise<unknown> => {
    if ('send' in operation) return send(operation.send);
    if ('receive' in operation) return receive();
    if ('receiveAndForget' in operation) return receiveAndForget();
    if ('delete' in operation) return remove(operation.delete);
    if ('giveBack' in operation) return change(operation.giveBack, 0);
    if ('hide' in operation) return change(operation.hide, 2 * LONG_SECONDS);
    if ('depth' in operation) return queue.depth();
    if ('collectDead' in operation) return collectDead();
    if ('wrongReceive' in operation) return queue.receive(operation.wrongReceive);
    const handles = ['', 'no handle'];
    return outcomes(
      await (operation.nonsense === 'delete' ? queue.deleteMany(handles) : queue.changeVisibility(handles, 5)),
    );
  };

  return { play, close, settle: async () => [await receive(), await collectDead(), await queue.depth()] };
};

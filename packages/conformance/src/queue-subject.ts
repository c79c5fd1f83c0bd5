import assert from 'node:assert/strict';
import type { OutgoingMessage, Queue, ReceivedMessage } from '@verifiedfan/ports';

/** A queue whose messages move to `deadLetters` after two receives, both empty. */
export type QueueSubject = {
  queue: Queue;
  deadLetters: Queue;
  /** Lets time pass for the driver: a manual clock moves, a real service is waited for. */
  pass(durationMs: number): Promise<void>;
};

/** Sends messages that have to be taken, and answers their ids. */
export const send = async (queue: Queue, messages: readonly OutgoingMessage[]): Promise<string[]> =>
  (await queue.sendMany(messages)).map((result) => ('error' in result ? assert.fail(result.error) : result.messageId));

/** Messages with one body each, for a FIFO queue of one group when a group is given. */
export const texts = (bodies: readonly string[], group?: string): OutgoingMessage[] =>
  bodies.map((body) => (group === undefined ? { body } : { body, group, deduplicationId: `${group}-${body}` }));

export const bodiesOf = (messages: readonly ReceivedMessage[]): string[] => messages.map(({ body }) => body);

/** Receives one message that has to be there. */
export const receiveOne = async (queue: Queue, visibilitySeconds = 30): Promise<ReceivedMessage> => {
  const [message, ...others] = await queue.receive({ max: 1, visibilitySeconds });
  assert.ok(message, 'there is a message to receive');
  assert.deepEqual(others, []);
  return message;
};

export const assertEmpty = async (queue: Queue, because: string): Promise<void> =>
  assert.deepEqual(bodiesOf(await queue.receive({ max: 10 })), [], because);

/** Every answer has to be an error of the port. */
export const assertRefused = (results: readonly object[], count: number): void => {
  assert.equal(results.length, count);
  for (const result of results) {
    assert.ok('error' in result && result.error instanceof Error, 'the answer is an error');
    assert.ok(
      'code' in result.error && result.error.code === 'validation',
      'the error says that repeating cannot help',
    );
  }
};

import type { OutgoingMessage, Queue, ReceivedMessage } from '@verifiedfan/ports';
import type { QueueSubject } from '../src/index.ts';

export type QueueFlaw = (subject: QueueSubject) => QueueSubject;

/** Breaks the queue itself. */
export const inQueue =
  (damage: (queue: Queue, subject: QueueSubject) => Partial<Queue>): QueueFlaw =>
  (subject) => ({ ...subject, queue: { ...subject.queue, ...damage(subject.queue, subject) } });

/** Changes each message on its way in. */
export const whenSending = (change: (message: OutgoingMessage) => OutgoingMessage): QueueFlaw =>
  inQueue((queue) => ({ sendMany: (messages) => queue.sendMany(messages.map(change)) }));

/** Changes each message on its way out. */
export const whenReceiving = (change: (message: ReceivedMessage) => ReceivedMessage): QueueFlaw =>
  inQueue((queue) => ({ receive: async (options) => (await queue.receive(options)).map(change) }));

/** Receives with other options. */
export const receivingWith = (
  change: (options: Parameters<Queue['receive']>[0]) => Parameters<Queue['receive']>[0],
): QueueFlaw => inQueue((queue) => ({ receive: (options) => queue.receive(change(options)) }));

/** Never comes back from a call. */
export const never = <Value>(): Promise<Value> => new Promise(() => {});

export const withoutProperty = <Value extends object, Name extends keyof Value>(
  value: Value,
  name: Name,
): Omit<Value, Name> => {
  const { [name]: _left, ...rest } = value;
  return rest;
};

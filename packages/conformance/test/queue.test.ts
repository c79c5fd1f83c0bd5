import { it } from 'node:test';
import { queueCases, registerMutants } from '../src/index.ts';
import { openQueues } from './embedded-subjects.ts';
import {
  inQueue,
  type QueueFlaw,
  receivingWith,
  whenReceiving,
  whenSending,
  withoutProperty,
} from './queue-mutants.ts';
import { waiting } from './queue-wait-flaws.ts';

const cut = (text: string): string => text.slice(0, 100_000);

const sending: Record<string, Record<string, QueueFlaw>> = {
  'hands back what was sent, with its times and its first receive': {
    'loses attributes': whenSending((message) => withoutProperty(message, 'attributes')),
    'counts receives from 0': whenReceiving((message) => ({ ...message, receiveCount: 0 })),
    'gives times in seconds': whenReceiving((message) => ({ ...message, sentAtMs: message.sentAtMs / 1_000 })),
    'makes a new id': whenReceiving((message) => ({ ...message, messageId: 'other' })),
  },
  'answers every message of a send in its place, and stores only the good ones': {
    'takes control characters': whenSending((message) => ({ ...message, body: message.body.replace('\u0001', ' ') })),
    'takes empty bodies': whenSending((message) => ({ ...message, body: message.body || ' ' })),
    'takes any delay': whenSending((message) => ({
      ...message,
      delaySeconds: Math.min(message.delaySeconds ?? 0, 900),
    })),
    'answers errors first': inQueue((queue) => ({
      sendMany: async (messages) =>
        (await queue.sendMany(messages)).sort((a, b) => Number('error' in b) - Number('error' in a)),
    })),
  },
  'takes 1 MiB with its attributes, and not a byte more': {
    'counts characters for bytes': whenSending((message) => ({ ...message, body: message.body.replaceAll('é', 'e') })),
    'leaves attributes uncounted': whenSending((message) => withoutProperty(message, 'attributes')),
    'cuts long bodies': whenSending((message) => ({ ...message, body: cut(message.body) })),
  },
  'takes and gives many messages, each once': {
    'sends ten at most': inQueue((queue) => ({
      sendMany: async (messages) => {
        const [first] = await queue.sendMany(messages.slice(0, 10));
        return messages.map(() => first ?? { messageId: '' });
      },
    })),
    'gives a message twice': inQueue((queue) => ({
      receive: async (options) => (await queue.receive(options)).flatMap((message) => [message, message]),
    })),
  },
  'hides a delayed message until its time': {
    'ignores the delay': whenSending((message) => withoutProperty(message, 'delaySeconds')),
    'takes minutes for seconds': whenSending((message) => ({
      ...message,
      delaySeconds: (message.delaySeconds ?? 0) * 60,
    })),
  },
  'refuses calls outside of their limits': {
    'receives any number': receivingWith((options) => ({
      ...options,
      max: Math.min(Math.max(options.max, 1), 10_000),
    })),
    'hides for any time': receivingWith((options) => withoutProperty(options, 'visibilitySeconds')),
    'changes to any time': inQueue((queue) => ({ changeVisibility: (handles) => queue.changeVisibility(handles, 1) })),
  },
};

const receiving: Record<string, Record<string, QueueFlaw>> = {
  'hides a received message until its visibility ends, then counts another receive': {
    'does not hide': receivingWith((options) => ({ ...options, visibilitySeconds: 0 })),
    'hides for the queue’s own time': receivingWith((options) => withoutProperty(options, 'visibilitySeconds')),
    'does not count': whenReceiving((message) => ({ ...message, receiveCount: 1 })),
    'gives one handle for all receives': whenReceiving((message) => ({ ...message, receiptHandle: message.messageId })),
  },
  'never gives a deleted message again, and takes a second deletion': {
    'does not delete': inQueue(() => ({ deleteMany: async (handles) => handles.map(() => ({ deleted: true })) })),
    'refuses a second deletion': inQueue((queue) => {
      const seen = new Set<string>();
      return {
        deleteMany: async (handles) => {
          const again = handles.some((handle) => seen.has(handle));
          for (const handle of handles) seen.add(handle);
          return again ? handles.map(() => ({ error: new Error('gone') })) : queue.deleteMany(handles);
        },
      };
    }),
  },
  'deletes a message whose visibility has ended, as long as nobody received it again': {
    'refuses expired handles': inQueue((queue, { pass: _pass }) => ({
      deleteMany: async (handles) => {
        const held = await queue.changeVisibility(handles, 30);
        return held[0] && 'error' in held[0]
          ? handles.map(() => ({ deleted: true as const }))
          : queue.deleteMany(handles);
      },
    })),
  },
  'leaves a message to its newer receiver when a stale handle deletes it': {
    'deletes by message, not by receive': inQueue((queue) => {
      const newest = new Map<string, string>();
      const handles = new Map<string, string>();
      return {
        receive: async (options) => {
          const messages = await queue.receive(options);
          for (const { messageId, receiptHandle } of messages) {
            newest.set(messageId, receiptHandle);
            handles.set(receiptHandle, messageId);
          }
          return messages;
        },
        deleteMany: (stale) => queue.deleteMany(stale.map((handle) => newest.get(handles.get(handle) ?? '') ?? handle)),
      };
    }),
  },
  'refuses handles that name no receive': {
    'takes any handle': inQueue(() => ({
      deleteMany: async (handles) => handles.map(() => ({ deleted: true })),
      changeVisibility: async (handles) => handles.map(() => ({ changed: true })),
    })),
  },
  'hides a message for longer, and gives one back at once': {
    'hides nothing for longer': inQueue(() => ({
      changeVisibility: async (handles) => handles.map(() => ({ changed: true })),
    })),
    'always gives back': inQueue((queue) => ({ changeVisibility: (handles) => queue.changeVisibility(handles, 0) })),
  },
  'refuses to hide a message that is not in flight under the handle': {
    'answers that it is hidden': inQueue(() => ({
      changeVisibility: async (handles) => handles.map(() => ({ changed: true })),
    })),
  },
  'moves a message that was received too often, with its id, attributes and count': {
    'loses the message': ({ queue, deadLetters, pass }) => ({
      queue,
      pass,
      deadLetters: { ...deadLetters, receive: async () => [] },
    }),
    'starts counting again': ({ queue, deadLetters, pass }) => ({
      queue,
      pass,
      deadLetters: {
        ...deadLetters,
        receive: async (options) =>
          (await deadLetters.receive(options)).map((message) => ({ ...message, receiveCount: 1 })),
      },
    }),
    'never moves a message': (subject) => ({ ...subject, queue: subject.deadLetters }),
  },
  'counts what is visible, in flight and delayed': {
    'counts delayed messages as in flight': inQueue((queue) => ({
      depth: async () => {
        const { visible, inFlight, delayed } = await queue.depth();
        return { visible, inFlight: inFlight + delayed, delayed: 0 };
      },
    })),
  },
  'shows messages in the order of arrival without receiving them': {
    'receives them': inQueue((queue) => ({
      peek: async ({ limit }) => ({ messages: await queue.receive({ max: limit }), last: undefined }),
    })),
    'begins anew with every page': inQueue((queue) => ({ peek: ({ limit }) => queue.peek({ limit }) })),
  },
};

registerMutants({
  title: 'queue',
  cases: queueCases,
  it,
  open: () => openQueues(false),
  mutants: { ...sending, ...receiving, ...waiting },
});

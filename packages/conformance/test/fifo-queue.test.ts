import { it } from 'node:test';
import { fifoQueueCases, registerMutants } from '../src/index.ts';
import { openQueues } from './embedded-subjects.ts';
import {
  inQueue,
  type QueueFlaw,
  receivingWith,
  whenReceiving,
  whenSending,
  withoutProperty,
} from './queue-mutants.ts';

let sent = 0;
const nextId = (): string => {
  sent += 1;
  return `id-${sent}`;
};

const withoutDeduplication = whenSending((message) =>
  message.deduplicationId === undefined ? message : { ...message, deduplicationId: nextId() },
);
const ownGroups = whenSending((message) => (message.group === undefined ? message : { ...message, group: nextId() }));

const mutants: Record<string, Record<string, QueueFlaw>> = {
  'gives the messages of a group in the order in which they were sent': {
    'gives a batch backwards': inQueue((queue) => ({
      receive: async (options) => (await queue.receive(options)).reverse(),
    })),
    'numbers all messages alike': whenReceiving((message) => ({ ...message, sequence: '1' })),
    'forgets the group': whenReceiving((message) => withoutProperty(message, 'group')),
  },
  'gives several groups in one receive, each in its order': {
    'gives one message a receive': receivingWith((options) => ({ ...options, max: 1 })),
    'mixes the order up': inQueue((queue) => ({
      receive: async (options) => (await queue.receive(options)).reverse(),
    })),
  },
  'holds a group back while a message of it is in flight, and no other group': {
    'holds no group back': ownGroups,
    'holds all groups back': whenSending((message) => ({ ...message, group: 'all' })),
  },
  'gives a returned message before the later ones of its group': {
    'holds no group back': ownGroups,
    'loses what was returned': inQueue((queue) => ({
      changeVisibility: (handles) => queue.deleteMany(handles).then(() => []),
    })),
  },
  'answers a repeated deduplication id as sent and does not deliver it, also after the first was deleted': {
    'delivers repeats': withoutDeduplication,
    'refuses repeats': inQueue((queue) => {
      const seen = new Set<string>();
      return {
        sendMany: async (messages) => {
          const results = await queue.sendMany(messages);
          return results.map((result, index) => {
            const id = messages[index]?.deduplicationId ?? '';
            if (seen.has(id)) return { error: new Error('repeated') };
            seen.add(id);
            return result;
          });
        },
      };
    }),
    'forgets with the deletion': inQueue((queue) => {
      let generation = 0;
      return {
        sendMany: (messages) =>
          queue.sendMany(
            messages.map((message) => ({ ...message, deduplicationId: `${message.deduplicationId}-${generation}` })),
          ),
        deleteMany: (handles) => {
          generation += 1;
          return queue.deleteMany(handles);
        },
      };
    }),
  },
  'forgets a deduplication id after five minutes': {
    'remembers nothing': withoutDeduplication,
    'remembers for ever': inQueue((queue) => {
      const seen = new Set<string>();
      return {
        sendMany: (messages) => {
          const fresh = messages.filter(({ deduplicationId = '' }) => !seen.has(deduplicationId));
          for (const { deduplicationId = '' } of messages) seen.add(deduplicationId);
          return fresh.length > 0
            ? queue.sendMany(fresh)
            : Promise.resolve(messages.map(() => ({ messageId: 'known' })));
        },
      };
    }),
  },
  'refuses messages without group or deduplication id, and delays of its own': {
    'invents a group': whenSending((message) => ({ ...message, group: (message.group || 'g').slice(0, 128) })),
    'invents a deduplication id': whenSending((message) => ({
      ...message,
      deduplicationId: message.deduplicationId ?? nextId(),
    })),
    'ignores delays': whenSending((message) => withoutProperty(message, 'delaySeconds')),
  },
  'refuses a deletion after the visibility has ended': {
    'answers that it deleted': inQueue((queue) => ({
      deleteMany: async (handles) => (await queue.deleteMany(handles)).map(() => ({ deleted: true as const })),
    })),
  },
  'moves on in a group when its head was received too often': {
    'stops the group for ever': inQueue((queue) => {
      let receives = 0;
      return {
        receive: async (options) => {
          receives += 1;
          return receives > 2 ? [] : queue.receive(options);
        },
      };
    }),
    'never moves a message': (subject) => ({ ...subject, queue: subject.deadLetters }),
  },
};

registerMutants({ title: 'FIFO queue', cases: fifoQueueCases, it, open: () => openQueues(true), mutants });

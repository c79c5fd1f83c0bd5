import { inQueue, never, type QueueFlaw, receivingWith, withoutProperty } from './queue-mutants.ts';

/** Broken waiting, by the case that has to notice it. */
export const waiting: Record<string, Record<string, QueueFlaw>> = {
  'answers a waiting receive when a message is sent': {
    'does not wait': receivingWith((options) => withoutProperty(options, 'waitMs')),
    'sleeps through': inQueue((queue) => ({
      receive: (options) => (options.waitMs ? never() : queue.receive(options)),
    })),
  },
  'answers a waiting receive without messages when its time is over': {
    'waits for ever': receivingWith((options) => ({ ...options, waitMs: 1e9 })),
  },
  'ends a waiting receive without an error when it is aborted': {
    'does not look at the signal': receivingWith((options) => withoutProperty(options, 'signal')),
    throws: inQueue((queue) => ({
      receive: async (options) => {
        const messages = await queue.receive(options);
        options.signal?.throwIfAborted();
        return messages;
      },
    })),
  },
  'wakes a waiter when a message is sent, and at once when there is one': {
    'never wakes anybody': inQueue(() => ({ waitForMessages: () => never() })),
    'wakes with the next message only': inQueue((queue) => ({
      waitForMessages: async (signal) => ((await queue.depth()).visible > 0 ? never() : queue.waitForMessages(signal)),
    })),
  },
  'wakes a waiter when a hidden message shows again': {
    'looks at sent messages only': inQueue((queue) => ({
      waitForMessages: async (signal) => ((await queue.depth()).inFlight > 0 ? never() : queue.waitForMessages(signal)),
    })),
  },
  'wakes a waiter when it is aborted': {
    'does not look at the signal': inQueue((queue) => ({
      waitForMessages: () => queue.waitForMessages(new AbortController().signal),
    })),
  },
};

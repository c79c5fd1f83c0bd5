import type { OutgoingMessage, QueueAttributes } from '@verifiedfan/ports';
import type { Dice } from '../../../src/index.ts';

/**
 * What is played on a queue. Messages are named by their bodies, because ids and receipt handles are each engine's own, and one that is
 * not held is left out.
 */
export type QueueOperation =
  | { send: OutgoingMessage[] }
  /** Everything that can be received, in several calls, to be hidden for a long time. */
  | { receive: true }
  /** The same, but hidden for a second, which then passes. */
  | { receiveAndForget: true }
  | { delete: string[] }
  /** Gives messages that are in flight back at once. */
  | { giveBack: string[] }
  /** Hides messages that are in flight for longer. */
  | { hide: string[] }
  | { depth: true }
  /** Receives and deletes what was moved to the dead-letter queue. */
  | { collectDead: true }
  /** Handles that name no receive. */
  | { nonsense: 'delete' | 'hide' }
  | { wrongReceive: { max: number; visibilitySeconds?: number } };

const ATTRIBUTES: readonly [QueueAttributes, ...QueueAttributes[]] = [
  { kind: 'order' },
  { 'trace.parent': '00-ab', note: 'é✓' },
  { a: '1', b: '2', c: '3' },
];

const wrongMessages = (fifo: boolean): readonly [OutgoingMessage, ...OutgoingMessage[]] => {
  const place = fifo ? { group: 'a', deduplicationId: 'wrong' } : {};
  const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`a${index}`, 'v']));
  const both: [OutgoingMessage, ...OutgoingMessage[]] = [
    { body: '', ...place },
    { body: 'control \u0001', ...place },
    { body: 'x', attributes: eleven, ...place },
    { body: 'x', attributes: { empty: '' }, ...place },
    { body: 'x', attributes: { 'AWS.x': 'v' }, ...place },
  ];
  return fifo
    ? [
        ...both,
        { body: 'x', group: 'a' },
        { body: 'x', deduplicationId: 'd' },
        { body: 'x', ...place, delaySeconds: 1 },
      ]
    : [...both, { body: 'x', delaySeconds: 901 }, { body: 'x', delaySeconds: -1 }];
};

/** Makes operations for a standard or a FIFO queue; most name messages that were sent lately. */
export const queueOperations =
  (fifo: boolean) =>
  (dice: Dice): (() => QueueOperation) => {
    let sent = 0;
    const message = (): OutgoingMessage => {
      sent += 1;
      const attributes = dice.chance(0.3) ? { attributes: dice.pick(ATTRIBUTES) } : {};
      if (!fifo) return { body: `message ${sent}`, ...attributes, ...(dice.chance(0.05) && { delaySeconds: 900 }) };
      const repeated = dice.chance(0.15) ? Math.max(1, sent - dice.below(10)) : sent;
      return {
        body: `message ${sent}`,
        ...attributes,
        group: dice.pick(['a', 'b', 'c']),
        deduplicationId: `${repeated}`,
      };
    };
    const bodies = (): string[] => dice.several(1, 6, () => `message ${Math.max(1, sent - dice.below(12))}`);
    const messages = (): OutgoingMessage[] => dice.several(1, fifo ? 3 : 12, message);
    const withWrong = (): OutgoingMessage[] => [message(), dice.pick(wrongMessages(fifo)), message()];
    return () =>
      dice.weighted<QueueOperation>([
        [20, () => ({ send: messages() })],
        [3, () => ({ send: withWrong() })],
        [25, () => ({ receive: true })],
        [0.2, () => ({ receiveAndForget: true })],
        [25, () => ({ delete: bodies() })],
        [12, () => ({ giveBack: bodies() })],
        [6, () => ({ hide: bodies() })],
        [6, () => ({ depth: true })],
        [5, () => ({ collectDead: true })],
        [1, () => ({ nonsense: dice.pick(['delete', 'hide'] as const) })],
        [1, () => ({ wrongReceive: dice.pick([{ max: 0 }, { max: 10_001 }, { max: 1, visibilitySeconds: 43_201 }]) })],
      ]);
  };

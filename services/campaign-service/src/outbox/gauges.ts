import type { Gauges } from '@verifiedfan/service';
import type { OutboxDepth } from './dead-rows.ts';
import type { Relay } from './relay.ts';

/** What `/metrics` tells of the outbox: an alarm belongs on events that were given up, and on a number that only rises. */
export const outboxGauges = ({ depth }: Pick<Relay, 'depth'>): Gauges => {
  let counting: Promise<OutboxDepth> | undefined;
  /** Both gauges are read together, and everybody may ask for them: one count serves whoever comes while it is made. */
  const count = (): Promise<OutboxDepth> => {
    counting ??= depth().finally(() => {
      counting = undefined;
    });
    return counting;
  };
  return {
    outbox_unsent_events: {
      help: 'Events that did not arrive at a destination yet',
      read: async () => (await count()).unsent,
    },
    outbox_dead_events: {
      help: 'Events that were given up and wait for somebody to redrive them',
      read: async () => (await count()).dead,
    },
  };
};

import type { Gauges } from '@verifiedfan/service';
import type { Relay } from './relay.ts';

/** What `/metrics` tells of the outbox: an alarm belongs on events that were given up, and on a number that only rises. */
export const outboxGauges = ({ depth }: Pick<Relay, 'depth'>): Gauges => ({
  outbox_unsent_events: {
    help: 'Events that did not arrive at a destination yet',
    read: async () => (await depth()).unsent,
  },
  outbox_dead_events: {
    help: 'Events that were given up and wait for somebody to redrive them',
    read: async () => (await depth()).dead,
  },
});

import type { JsonValue } from '@verifiedfan/ports';
import { isObject, type Source, textOr } from '../source.ts';

/** One tick of a schedule; `input` is what the rule was told to send instead of the standard event, if anything. */
export type ScheduleTick = { atMs: number; schedule: string; input?: JsonValue };

/** A rule of EventBridge, or of its Scheduler, whose `detail` is the text "{}" instead of an object. */
export const schedule = (name: string): Source<ScheduleTick> => ({
  kind: 'schedule',
  resource: name,
  mode: 'batch',
  recognises: (event) => isObject(event) && (event.source === 'aws.events' || event.source === 'aws.scheduler'),
  decode(event, context) {
    const body = isObject(event) ? event : {};
    const atMs = Date.parse(textOr(body.time, '')) || context.nowMs;
    const id = textOr(body.id, String(atMs));
    const data: ScheduleTick = { atMs, schedule: name };
    if (isObject(body.detail) && Object.keys(body.detail).length > 0) data.input = body.detail as JsonValue;
    return {
      records: [
        {
          data,
          meta: { source: 'schedule', id, position: `${name}/${id}`, correlation: context.correlation, timeMs: atMs },
        },
      ],
      undecodable: [],
    };
  },
  respond: () => ({}),
  redrive: (payload) => payload,
});

/** The event of an EventBridge rule at one instant; its time has whole seconds. */
export const scheduleEvent = ({ name, atMs, id }: { name: string; atMs: number; id: string }): JsonValue => ({
  version: '0',
  id,
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
  region: 'local',
  resources: [`arn:aws:events:local:000000000000:rule/${name}`],
  detail: {},
});

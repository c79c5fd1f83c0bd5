import type { JsonValue } from '@verifiedfan/ports';
import { isObject, textOr } from '../event-parts.ts';
import { repeatsAll, type Source } from '../source.ts';

/** One tick of a schedule; `input` is what the rule was told to send along, if anything. */
export type ScheduleTick = { atMs: number; schedule: string; input?: JsonValue };

/**
 * A rule of EventBridge, or of its Scheduler, whose `detail` is the text "{}" instead of an object.
 * Shape: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
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
    const input = inputOf(body.detail);
    if (input !== undefined) data.input = input;
    const position = `${name}/${id}`;
    const meta = { source: 'schedule', id, position, correlation: context.correlation, timeMs: atMs } as const;
    return { records: [{ data, meta }], raw: [event as JsonValue], undecodable: [] };
  },
  repeats: repeatsAll,
  respond: () => ({}),
  redrive: (payload) => payload,
});

/** What is in `detail`, as an object or as the text of one; empty is nothing. */
const inputOf = (detail: unknown): JsonValue | undefined => {
  const value = typeof detail === 'string' ? parse(detail) : detail;
  return isObject(value) && Object.keys(value).length > 0 ? (value as JsonValue) : undefined;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

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

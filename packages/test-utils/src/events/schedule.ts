import { DEFAULT_NOW_MS } from '../clock.ts';
import { ACCOUNT, isoSeconds, REGION, uuidOf } from './common.ts';

export type ScheduleInputOptions = {
  /** The rule or schedule. */
  name?: string;
  atMs?: number;
  /** A rule of EventBridge, or a schedule of EventBridge Scheduler, whose `detail` is the text `{}`. @default rule */
  kind?: 'rule' | 'scheduler';
  id?: string;
};

export type ScheduleInput = {
  version: '0';
  id: string;
  'detail-type': 'Scheduled Event';
  source: 'aws.events' | 'aws.scheduler';
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, never> | string;
};

/** The event of a schedule. Its time has no milliseconds. */
export const makeScheduleInput = (options: ScheduleInputOptions = {}): ScheduleInput => {
  const { name = 'schedule', atMs = DEFAULT_NOW_MS, kind = 'rule' } = options;
  const resource =
    kind === 'rule'
      ? `arn:aws:events:${REGION}:${ACCOUNT}:rule/${name}`
      : `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/${name}`;
  return {
    version: '0',
    id: options.id ?? uuidOf(`${resource}:${atMs}`),
    'detail-type': 'Scheduled Event',
    source: kind === 'rule' ? 'aws.events' : 'aws.scheduler',
    account: ACCOUNT,
    time: isoSeconds(atMs),
    region: REGION,
    resources: [resource],
    detail: kind === 'rule' ? {} : '{}',
  };
};

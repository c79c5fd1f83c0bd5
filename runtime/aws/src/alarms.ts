import { type AlarmOptions, makeAlarm } from './alarm.ts';
import { makeAlarmTopic } from './alarm-topic.ts';
import { makeDashboard } from './dashboard.ts';
import { ageIn, lambdaMetric, messagesIn, newRowsIn, refusedBy, tableMetric } from './metrics.ts';
import { idOf } from './naming.ts';
import { DEAD_LETTER_TABLE } from './rights.ts';
import type { Stage } from './stage.ts';
import { waitsOf } from './waits.ts';

/** Records that wait for longer than this, in milliseconds, are late for a fan who refreshes a page. */
const MAX_AGE_MS = 300_000;
/** A day, in seconds, of the fourteen that SQS keeps what nobody takes. */
const UNREAD_SECONDS = 86_400;

/** Alarms for what somebody has to look at, and a dashboard of the same. `lastQueues` are those that undeliverable messages end in. */
export const makeAlarms = (stage: Stage, lastQueues: readonly string[]): void => {
  const { scope, settings } = stage;
  const topicArn = makeAlarmTopic(stage).ref;
  const alarms = [
    ...workerAlarms(stage),
    ...queueAlarms(stage, lastQueues),
    ...lastQueues.map((name) => lastQueueAlarm(settings.prefix, name)),
    ...storeAlarms(stage),
  ];
  for (const options of alarms) makeAlarm({ scope, settings, topicArn }, options);
  makeDashboard(stage, lastQueues);
};

const workerAlarms = ({ naming, workers }: Stage): AlarmOptions[] =>
  Object.entries(workers).flatMap(([name, { sources }]) => {
    const [called, id] = [naming.functionNameOf(name), idOf(name)];
    const shared = { threshold: 0, minutes: 3 };
    const late = { id: `${id}Age`, what: `records wait for ${name} for over five minutes`, threshold: MAX_AGE_MS };
    return [
      { id: `${id}Errors`, what: `${name} throws`, ...shared, ...lambdaMetric(called, 'Errors') },
      { id: `${id}Throttles`, what: `${name} is throttled`, ...shared, ...lambdaMetric(called, 'Throttles') },
      ...(sources.some(({ stream }) => stream !== undefined)
        ? [{ ...late, minutes: 3, ...lambdaMetric(called, 'IteratorAge', 'Maximum') }]
        : []),
    ];
  });

/**
 * A worker tells Lambda which messages failed and does not throw, so `Errors` stays at nothing: what fails again and again is seen by its age
 * alone. A message may fail once, and be done by the attempt after it.
 */
const queueAlarms = (stage: Stage, lastQueues: readonly string[]): AlarmOptions[] =>
  Object.entries(stage.catalogue).flatMap(([name, { kind }]) => {
    const called = stage.naming.nameOf(name);
    if (kind !== 'queue' || lastQueues.includes(called)) return [];
    const { hiddenSeconds, attemptSeconds } = waitsOf(name, stage);
    const threshold = attemptSeconds === undefined ? UNREAD_SECONDS : hiddenSeconds + attemptSeconds;
    const what =
      attemptSeconds === undefined
        ? `nobody has taken a message of ${name} for a day; no worker of the stage reads it, and after 14 days it is lost`
        : `a message of ${name} waits for longer than two attempts`;
    return [{ id: `${idOf(name)}Age`, what, threshold, ...ageIn(called) }];
  });

const lastQueueAlarm = (prefix: string, name: string): AlarmOptions => ({
  id: `${idOf(name.slice(prefix.length + 1).replace('.fifo', ''))}Messages`,
  what: `${name} holds what was given up`,
  threshold: 0,
  ...messagesIn(name),
});

const storeAlarms = ({ catalogue, naming }: Stage): AlarmOptions[] =>
  Object.entries(catalogue).flatMap(([name, { kind }]) => {
    const [called, id] = [kind === 'table' || kind === 'stream' ? naming.nameOf(name) : '', idOf(name)];
    const shared = { threshold: 0, minutes: 5 };
    const writes = { id: `${id}WriteThrottles`, what: `writes to ${name} are throttled`, ...shared };
    const reads = { id: `${id}ReadThrottles`, what: `reads of ${name} are throttled`, ...shared };
    const rejected = { id: 'RejectedRecords', what: `${name} has new rows: records were rejected`, threshold: 0 };
    if (kind === 'stream') return [{ ...writes, ...refusedBy(called) }];
    if (kind !== 'table') return [];
    return [
      { ...writes, ...tableMetric(called, 'WriteThrottleEvents') },
      { ...reads, ...tableMetric(called, 'ReadThrottleEvents') },
      ...(name === DEAD_LETTER_TABLE ? [{ ...rejected, ...newRowsIn(called) }] : []),
    ];
  });

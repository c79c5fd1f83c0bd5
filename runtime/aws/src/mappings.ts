import type { ScheduleDefinition } from '@verifiedfan/ports';
import type { Source } from '@verifiedfan/worker';
import { Lazy } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnEventInvokeConfig, CfnEventSourceMapping, type CfnFunction, CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { idOf } from './naming.ts';
import type { Made } from './policy.ts';
import type { Stage } from './stage.ts';

type MappingOptions = { worker: string; target: CfnFunction; source: Source };

/** Lambda's most: a minute and two minutes later. Its own default too, said all the same. */
const RETRIES = 2;
/** How long an event may wait for an invocation, in seconds: an upload is told once, what a schedule tells is soon told again. */
const MAX_AGE_SECONDS = { s3: 21_600, schedule: 600 } as const;

/** Puts the function behind one of its sources, with every setting that the source declares. */
export const makeMapping = (stage: Stage, made: Made, options: MappingOptions): void => {
  const { source } = options;
  if (source.stream !== undefined) makeStreamMapping(stage, made, { ...options, settings: source.stream });
  else if (source.queue !== undefined) makeQueueMapping(stage, { ...options, settings: source.queue });
  else if (source.kind === 's3') makeAsyncSettings(stage, options, MAX_AGE_SECONDS.s3);
  else if (source.kind === 'schedule') makeSchedule(stage, options);
  // AppSync invokes its resolvers itself; what lets it is made with the API.
};

const filtersOf = (filters: readonly unknown[]) =>
  filters.length === 0
    ? {}
    : { filterCriteria: { filters: filters.map((pattern) => ({ pattern: JSON.stringify(pattern) })) } };

const PARTIAL = { functionResponseTypes: ['ReportBatchItemFailures'] };

const makeStreamMapping = (
  { scope, naming }: Stage,
  { tables }: Made,
  { worker, target, source, settings }: MappingOptions & { settings: NonNullable<Source['stream']> },
): void => {
  const { resource, kind } = source;
  const isTable = kind === 'dynamodb';
  new CfnEventSourceMapping(scope, `${idOf(worker)}From${idOf(resource)}`, {
    functionName: target.ref,
    eventSourceArn: isTable ? (tables.get(resource)?.attrStreamArn ?? '') : naming.arns.stream(resource),
    startingPosition: 'TRIM_HORIZON',
    batchSize: settings.batchSize,
    maximumBatchingWindowInSeconds: settings.batchWindowSeconds,
    bisectBatchOnFunctionError: settings.bisectOnError,
    maximumRetryAttempts: settings.maxRetries,
    maximumRecordAgeInSeconds: settings.maxAgeSeconds,
    parallelizationFactor: settings.parallelization,
    ...(settings.windowSeconds > 0 ? { tumblingWindowInSeconds: settings.windowSeconds } : {}),
    destinationConfig: { onFailure: { destination: naming.arns.failures(worker) } },
    ...filtersOf(settings.filters),
    ...PARTIAL,
  });
};

const makeQueueMapping = (
  { scope, naming }: Stage,
  { worker, target, source, settings }: MappingOptions & { settings: NonNullable<Source['queue']> },
): void => {
  new CfnEventSourceMapping(scope, `${idOf(worker)}From${idOf(source.resource)}`, {
    functionName: target.ref,
    eventSourceArn: naming.arns.queue(source.resource),
    batchSize: settings.batchSize,
    ...(settings.fifo ? {} : { maximumBatchingWindowInSeconds: settings.batchWindowSeconds }),
    scalingConfig: { maximumConcurrency: settings.maxConcurrency },
    ...PARTIAL,
  }).node.addDependency(scope.node.findChild(idOf(source.resource)));
};

/** Uploads and schedules are told asynchronously: Lambda keeps the event, tries it again, and in the end writes it to the failures. */
const makeAsyncSettings = (
  { scope, naming }: Stage,
  { worker, target }: MappingOptions,
  maximumEventAgeInSeconds: number,
): void => {
  new CfnEventInvokeConfig(scope, `${idOf(worker)}Retries`, {
    functionName: target.ref,
    qualifier: '$LATEST',
    maximumRetryAttempts: RETRIES,
    maximumEventAgeInSeconds,
    destinationConfig: { onFailure: { destination: naming.arns.failures(worker) } },
  });
};

/** A rule of EventBridge, which says what it could not hand to Lambda; the notification of a bucket is the bucket's. */
const makeSchedule = (stage: Stage, options: MappingOptions): void => {
  makeAsyncSettings(stage, options, MAX_AGE_SECONDS.schedule);
  makeRule(stage, options);
};

const makeRule = ({ scope, naming, catalogue }: Stage, { worker, target, source }: MappingOptions): void => {
  const { expression, purpose } = catalogue[source.resource] as ScheduleDefinition;
  const rule = new CfnRule(scope, `${idOf(worker)}From${idOf(source.resource)}`, {
    name: naming.nameOf(source.resource),
    description: purpose,
    scheduleExpression: expression,
    targets: [
      {
        id: worker,
        arn: target.attrArn,
        retryPolicy: { maximumRetryAttempts: RETRIES, maximumEventAgeInSeconds: MAX_AGE_SECONDS.schedule },
        deadLetterConfig: { arn: naming.arns.failures(worker) },
      },
    ],
  });
  new CfnPermission(scope, `${idOf(worker)}From${idOf(source.resource)}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: target.ref,
    principal: 'events.amazonaws.com',
    sourceArn: Lazy.string({ produce: () => rule.attrArn }),
  });
};

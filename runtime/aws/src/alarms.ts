import { CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnSubscription, CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { idOf } from './naming.ts';
import type { Stage } from './stage.ts';

type Metric = { namespace: string; metric: string; statistic: string; dimensions: Readonly<Record<string, string>> };
type AlarmOptions = Metric & { id: string; what: string; threshold: number; minutes?: number };

/** Records that wait for longer than this, in milliseconds, are late for a fan who refreshes a page. */
const MAX_AGE_MS = 300_000;

const lambda = (functionName: string, metric: string, statistic = 'Sum'): Metric => ({
  ...{ namespace: 'AWS/Lambda', metric, statistic, dimensions: { FunctionName: functionName } },
});
const queue = (queueName: string): Metric => ({
  ...{ namespace: 'AWS/SQS', metric: 'ApproximateNumberOfMessagesVisible', statistic: 'Maximum' },
  dimensions: { QueueName: queueName },
});
const table = (tableName: string, metric: string): Metric => ({
  ...{ namespace: 'AWS/DynamoDB', metric, statistic: 'Sum', dimensions: { TableName: tableName } },
});

/** The topic that alarms are told to, encrypted and over TLS alone. */
const makeTopic = ({ scope, settings }: Stage): CfnTopic => {
  const topic = new CfnTopic(scope, 'Alarms', {
    topicName: `${settings.prefix}-alarms`,
    kmsMasterKeyId: 'alias/aws/sns',
  });
  new CfnTopicPolicy(scope, 'AlarmsPolicy', {
    topics: [topic.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          ...{ Sid: 'TlsOnly', Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: topic.ref },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          ...{ Sid: 'Alarms', Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } },
          ...{ Action: 'sns:Publish', Resource: topic.ref },
          Condition: { StringEquals: { 'aws:SourceAccount': settings.account } },
        },
      ],
    },
  });
  if (settings.alarmEmail !== undefined)
    new CfnSubscription(scope, 'AlarmMail', { topicArn: topic.ref, protocol: 'email', endpoint: settings.alarmEmail });
  return topic;
};

/** Alarms for what somebody has to look at, and a dashboard of the same. `lastQueues` are those that nothing reads. */
export const makeAlarms = (stage: Stage, lastQueues: readonly string[]): void => {
  const { scope, naming, workers, catalogue, settings } = stage;
  const topic = makeTopic(stage);
  const alarm = ({ id, what, threshold, minutes = 1, ...metric }: AlarmOptions): CfnAlarm =>
    new CfnAlarm(scope, `${id}Alarm`, {
      alarmName: `${settings.prefix}-${id}`,
      alarmDescription: what,
      namespace: metric.namespace,
      metricName: metric.metric,
      statistic: metric.statistic,
      dimensions: Object.entries(metric.dimensions).map(([name, value]) => ({ name, value })),
      period: 60,
      evaluationPeriods: minutes,
      threshold,
      comparisonOperator: 'GreaterThanThreshold',
      treatMissingData: 'notBreaching',
      alarmActions: [topic.ref],
      okActions: [topic.ref],
    });
  for (const [name, { sources }] of Object.entries(workers)) {
    const called = naming.functionNameOf(name);
    const id = idOf(name);
    alarm({ id: `${id}Errors`, what: `${name} throws`, threshold: 0, minutes: 3, ...lambda(called, 'Errors') });
    alarm({
      id: `${id}Throttles`,
      what: `${name} is throttled`,
      threshold: 0,
      minutes: 3,
      ...lambda(called, 'Throttles'),
    });
    if (sources.some(({ stream }) => stream !== undefined))
      alarm({
        ...{
          id: `${id}Age`,
          what: `records wait for ${name} for over five minutes`,
          threshold: MAX_AGE_MS,
          minutes: 3,
        },
        ...lambda(called, 'IteratorAge', 'Maximum'),
      });
  }
  for (const name of lastQueues)
    alarm({
      id: `${idOf(name.slice(settings.prefix.length + 1).replace('.fifo', ''))}Messages`,
      what: `${name} holds what was given up`,
      threshold: 0,
      ...queue(name),
    });
  for (const [name, { kind }] of Object.entries(catalogue)) {
    if (kind !== 'table') continue;
    const called = naming.nameOf(name);
    const metric = table(called, 'WriteThrottleEvents');
    alarm({
      id: `${idOf(name)}Throttles`,
      what: `writes to ${name} are throttled`,
      threshold: 0,
      minutes: 5,
      ...metric,
    });
  }
  makeDashboard(stage, lastQueues);
};

const makeDashboard = ({ scope, settings, naming, workers, catalogue }: Stage, lastQueues: readonly string[]): void => {
  const names = Object.keys(workers);
  const series = (metrics: readonly Metric[]) =>
    metrics.map(({ namespace, metric, statistic, dimensions }) => [
      ...[namespace, metric, ...Object.entries(dimensions).flat()],
      { stat: statistic },
    ]);
  const each = (metric: string, statistic?: string) =>
    names.map((name) => lambda(naming.functionNameOf(name), metric, statistic));
  const tables = Object.entries(catalogue).flatMap(([name, { kind }]) =>
    kind === 'table' ? [table(naming.nameOf(name), 'ConsumedWriteCapacityUnits')] : [],
  );
  const graphs: readonly (readonly [title: string, metrics: readonly Metric[]])[] = [
    ['Invocations', each('Invocations')],
    ['Errors', each('Errors')],
    ['Throttles', each('Throttles')],
    ['Duration, p99 (ms)', each('Duration', 'p99')],
    ['Age of the oldest record (ms)', each('IteratorAge', 'Maximum')],
    ['Given up', lastQueues.map(queue)],
    ['Write units', tables],
  ];
  const widgets = graphs.map(([title, metrics], at) => ({
    ...{ type: 'metric', x: (at % 2) * 12, y: Math.floor(at / 2) * 6, width: 12, height: 6 },
    properties: { title, region: settings.region, period: 60, metrics: series(metrics) },
  }));
  new CfnDashboard(scope, 'Dashboard', { dashboardName: settings.prefix, dashboardBody: JSON.stringify({ widgets }) });
};

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ResourceDefinition } from '@verifiedfan/ports';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { idOf } from '../src/naming.ts';
import { CONTEXT, ofType, type Synthesised, synthesise } from './support/synthesise.ts';

type Alarm = {
  AlarmName: string;
  Namespace: string;
  MetricName: string;
  Statistic: string;
  Dimensions?: { Name: string; Value: unknown }[];
  Threshold: number;
  AlarmActions: unknown[];
};
let app: Synthesised;
before(() => {
  app = synthesise({ ...CONTEXT, alarmEmail: 'ops@example.org' });
});
after(() => app.remove());

const alarmsOf = (stack: string): Record<string, Alarm> =>
  Object.fromEntries(
    ofType(app.templates[stack], 'AWS::CloudWatch::Alarm').map(([, alarm]) => {
      const { AlarmName } = alarm as unknown as Alarm;
      return [AlarmName.slice('verifiedfan-test-'.length), alarm as unknown as Alarm];
    }),
  );
const propertiesOf = (id: string): Record<string, unknown> => app.templates.onsale?.Resources[id]?.Properties ?? {};
const seriesOf = ({ Namespace, MetricName, Dimensions = [] }: Alarm) => [
  `${Namespace} ${MetricName}`,
  Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
];

describe('the alarms of a stage', () => {
  it('can reach somebody: CloudWatch may use the key of their topic, and publish to it', () => {
    const topic = propertiesOf('Alarms');
    assert.deepEqual(topic.KmsMasterKeyId, { 'Fn::GetAtt': ['AlarmsKey', 'Arn'] });
    const key = propertiesOf('AlarmsKey');
    assert.equal(key.EnableKeyRotation, true);
    const { Statement } = key.KeyPolicy as { Statement: Record<string, unknown>[] };
    assert.deepEqual(
      Statement.filter(({ Principal }) => JSON.stringify(Principal).includes('cloudwatch')).map(
        ({ Effect, Principal, Action, Condition }) => ({ Effect, Principal, Action, Condition }),
      ),
      [
        {
          ...{ Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Condition: undefined },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        },
      ],
    );
    const policy = JSON.stringify(propertiesOf('AlarmsPolicy'));
    assert.match(policy, /"Allow","Principal":\{"Service":"cloudwatch.amazonaws.com"\},"Action":"sns:Publish"/);
    assert.equal(propertiesOf('AlarmMail').Endpoint, 'ops@example.org');
  });

  it('tell that topic, from every stack', () => {
    const named = 'arn:aws:sns:eu-west-1:111122223333:verifiedfan-test-alarms';
    for (const stack of ['onsale', 'api', 'services']) {
      const alarms = Object.entries(alarmsOf(stack));
      assert.ok(alarms.length > 0, stack);
      for (const [name, { AlarmActions }] of alarms)
        assert.deepEqual(AlarmActions, [stack === 'onsale' ? { Ref: 'Alarms' } : named], name);
    }
  });

  it('watch errors and throttles of every function, and the age of what streams hold for it', () => {
    const alarms = alarmsOf('onsale');
    for (const [name, { sources }] of Object.entries(workers)) {
      for (const what of ['Errors', 'Throttles'])
        assert.deepEqual(seriesOf(alarms[`${idOf(name)}${what}`] as Alarm), [
          `AWS/Lambda ${what}`,
          { FunctionName: `verifiedfan-test-${name}` },
        ]);
      const isStream = sources.some(({ kind }) => kind === 'kinesis' || kind === 'dynamodb');
      assert.equal(alarms[`${idOf(name)}Age`] !== undefined, isStream, name);
    }
  });

  it('watch the age of every queue: past two attempts where a worker reads it, a day where none does', () => {
    const alarms = alarmsOf('onsale');
    const expected: Record<string, number> = {
      // Hidden for six times the timeout of the function, and then tried once more.
      ...{ verdictReporterQueue: 720 + 120, refreshSelectionsQueue: 720 + 120, loadContinuationQueue: 5_400 + 900 },
      ...{ dataPipelineQueue: 86_400, attendanceQueue: 86_400 },
    };
    const queues = Object.entries<ResourceDefinition>(resources).filter(([, { kind }]) => kind === 'queue');
    assert.deepEqual(queues.map(([name]) => name).sort(), Object.keys(expected).sort());
    for (const [name, definition] of queues) {
      const alarm = alarms[`${idOf(name)}Age`] as Alarm;
      const end = definition.kind === 'queue' && definition.fifo ? '.fifo' : '';
      assert.deepEqual(seriesOf(alarm), [
        'AWS/SQS ApproximateAgeOfOldestMessage',
        { QueueName: `verifiedfan-test-${name}${end}` },
      ]);
      assert.deepEqual([alarm.Statistic, alarm.Threshold], ['Maximum', expected[name]], name);
    }
  });

  it('tell of every queue that undeliverable messages end in', () => {
    const alarms = alarmsOf('onsale');
    const last = ofType(app.templates.onsale, 'AWS::SQS::Queue').filter(([id]) => /DeadLetters$|Failures$/.test(id));
    assert.ok(last.some(([id]) => id === 'RefreshCampaignsFailures'));
    for (const [id, { QueueName }] of last)
      assert.deepEqual(seriesOf(alarms[`${id}Messages`] as Alarm), [
        'AWS/SQS ApproximateNumberOfMessagesVisible',
        { QueueName },
      ]);
  });

  it('tell of records that were rejected, by the rows that are new in deadLetterTable', () => {
    const alarm = alarmsOf('onsale').RejectedRecords as Alarm;
    assert.deepEqual(seriesOf(alarm), [
      'AWS/DynamoDB SuccessfulRequestLatency',
      { TableName: 'verifiedfan-test-deadLetterTable', Operation: 'PutItem' },
    ]);
    assert.deepEqual([alarm.Statistic, alarm.Threshold], ['SampleCount', 0]);
  });

  it('watch what tables and streams throttle', () => {
    const alarms = alarmsOf('onsale');
    assert.deepEqual(seriesOf(alarms.DemandTableWriteThrottles as Alarm), [
      'AWS/DynamoDB WriteThrottleEvents',
      { TableName: 'verifiedfan-test-demandTable' },
    ]);
    assert.deepEqual(seriesOf(alarms.DemandTableReadThrottles as Alarm), [
      'AWS/DynamoDB ReadThrottleEvents',
      { TableName: 'verifiedfan-test-demandTable' },
    ]);
    assert.deepEqual(seriesOf(alarms.CampaignDataStreamWriteThrottles as Alarm), [
      'AWS/Kinesis WriteProvisionedThroughputExceeded',
      { StreamName: 'verifiedfan-test-campaignDataStream' },
    ]);
  });

  it('watch the GraphQL API', () => {
    const GraphQLAPIId = { 'Fn::GetAtt': ['Api', 'ApiId'] };
    const { ApiErrors, ApiRefusals } = alarmsOf('api');
    assert.deepEqual(seriesOf(ApiErrors as Alarm), ['AWS/AppSync 5XXError', { GraphQLAPIId }]);
    assert.deepEqual(seriesOf(ApiRefusals as Alarm), ['AWS/AppSync 4XXError', { GraphQLAPIId }]);
  });

  it('watch the log of each service, its answers, its tasks, and the balancer in front', () => {
    const alarms = alarmsOf('services');
    const each = ['Answers', 'Errors', 'Unhealthy'].flatMap((what) => [
      `CampaignService${what}`,
      `EntryService${what}`,
    ]);
    assert.deepEqual(Object.keys(alarms).sort(), ['BalancerErrors', ...each].sort());
    const metrics = Object.fromEntries(Object.entries(alarms).map(([name, alarm]) => [name, seriesOf(alarm)[0]]));
    assert.equal(metrics.BalancerErrors, 'AWS/ApplicationELB HTTPCode_ELB_5XX_Count');
    assert.equal(metrics.EntryServiceAnswers, 'AWS/ApplicationELB HTTPCode_Target_5XX_Count');
    assert.equal(metrics.EntryServiceUnhealthy, 'AWS/ApplicationELB UnHealthyHostCount');
    assert.equal(metrics.EntryServiceErrors, 'verifiedfan-test EntryServiceErrors');
    const groups = alarms.EntryServiceUnhealthy?.Dimensions?.map(({ Name }) => Name).sort();
    assert.deepEqual(groups, ['LoadBalancer', 'TargetGroup']);
  });
});

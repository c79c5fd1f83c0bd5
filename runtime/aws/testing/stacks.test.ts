import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { type ServiceDefinition, services } from '@verifiedfan/lambda/services';
import type { ResourceDefinition } from '@verifiedfan/ports';
import type { Source } from '@verifiedfan/worker';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { idOf } from '../src/naming.ts';
import { rightsPage } from '../src/rights-page.ts';
import { ofType, ROOT, type Synthesised, synthesise, type Template } from './support/synthesise.ts';

let app: Synthesised;
let onsale: Template;
before(() => {
  app = synthesise();
  onsale = app.templates.onsale as Template;
});
after(() => app.remove());

type Statement = {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};
const statementsOf = (worker: string): Statement[] => {
  const role = onsale.Resources[`${worker.charAt(0).toUpperCase()}${worker.slice(1)}Role`];
  const { Policies } = (role?.Properties ?? { Policies: [] }) as unknown as {
    Policies: { PolicyDocument: { Statement: Statement[] } }[];
  };
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
};
const allStatements = (): Statement[] => Object.keys(workers).flatMap(statementsOf);
const actionsOf = ({ Action }: Statement): string[] => [Action].flat();
const of = (type: string) => ofType(onsale, type);
const find = (type: string, name: string, member: string): Record<string, never> | undefined =>
  of(type).find(([, properties]) => properties[member] === (name as never))?.[1];

describe('the stacks of a stage', () => {
  it('are clean by the rules of AWS Solutions, and look nothing up', () => {
    assert.deepEqual(Object.keys(app.templates).sort(), ['api', 'onsale', 'services']);
    assert.deepEqual(app.missing, []);
    assert.doesNotMatch(JSON.stringify(app.report), /"conclusion":"failure"/);
    assert.doesNotMatch(JSON.stringify(app.templates), /dummy1a/);
  });

  it('share nothing with another stage: every name begins with the stage', () => {
    const names = [
      'TableName',
      'QueueName',
      'FunctionName',
      'Name',
      'BucketName',
      'AlarmName',
      'LogGroupName',
      'TopicName',
    ];
    for (const [id, { Properties = {} }] of Object.entries(onsale.Resources))
      for (const name of names) {
        const value: unknown = (Properties as Record<string, unknown>)[name];
        if (typeof value === 'string') assert.match(value, /^(\/aws\/lambda\/)?verifiedfan-test/, `${id}.${name}`);
      }
    const others = Object.values(app.templates)
      .map((template) => JSON.stringify(template))
      .join();
    assert.doesNotMatch(others, /Fn::ImportValue/);
  });

  it('have every resource of the catalogue', () => {
    const types: Readonly<Record<string, string>> = {
      ...{
        table: 'AWS::DynamoDB::Table',
        stream: 'AWS::Kinesis::Stream',
        queue: 'AWS::SQS::Queue',
        bucket: 'AWS::S3::Bucket',
      },
    };
    for (const [name, { kind }] of Object.entries(resources)) {
      const id = name.charAt(0).toUpperCase() + name.slice(1);
      if (types[kind] !== undefined) assert.equal(onsale.Resources[id]?.Type, types[kind], name);
    }
  });

  it('keep tables encrypted, recoverable and retained, with a stream where changes are read', () => {
    for (const [id, table] of of('AWS::DynamoDB::Table')) {
      assert.deepEqual(table.PointInTimeRecoverySpecification, { PointInTimeRecoveryEnabled: true }, id);
      assert.deepEqual(table.SSESpecification, { SSEEnabled: true }, id);
      assert.equal(onsale.Resources[id]?.DeletionPolicy, 'Retain', id);
      const expected = id === 'DemandTable' ? { StreamViewType: 'NEW_AND_OLD_IMAGES' } : undefined;
      assert.deepEqual(table.StreamSpecification, expected, id);
    }
  });

  it('give each queue its dead letters, and each bucket its versions and its notification', () => {
    const queue = find('AWS::SQS::Queue', 'verifiedfan-test-verdictReporterQueue', 'QueueName');
    assert.deepEqual(queue?.RedrivePolicy, {
      deadLetterTargetArn: { 'Fn::GetAtt': ['VerdictReporterQueueDeadLetters', 'Arn'] },
      maxReceiveCount: 10,
    });
    for (const [name, definition] of Object.entries<ResourceDefinition>(resources)) {
      if (definition.kind !== 'queue') continue;
      const [id, end] = [idOf(name), definition.fifo ? '.fifo' : ''];
      const [own, last] = [onsale.Resources[id]?.Properties, onsale.Resources[`${id}DeadLetters`]?.Properties];
      assert.equal(own?.QueueName, `verifiedfan-test-${name}${end}`);
      assert.equal(last?.QueueName, `verifiedfan-test-${name}DeadLetters${end}`);
      assert.deepEqual(
        [own?.FifoQueue, last?.FifoQueue],
        definition.fifo ? [true, true] : [undefined, undefined],
        name,
      );
      assert.notEqual(onsale.Resources[`${id}DeadLettersMessagesAlarm`], undefined, name);
    }
    const [[, bucket]] = of('AWS::S3::Bucket') as [[string, Record<string, never>]];
    assert.deepEqual(bucket.VersioningConfiguration, { Status: 'Enabled' });
    assert.match(JSON.stringify(bucket.NotificationConfiguration), /function:verifiedfan-test-loadScoresToStream/);
  });

  it('put each function behind its sources with every setting that they declare', () => {
    const mapping = (worker: string, source: string) => onsale.Resources[`${worker}From${source}`]?.Properties;
    const stream = mapping('LoadScoresToDynamoDB', 'ScoresStream') as Record<string, unknown>;
    assert.deepEqual(
      [stream.BatchSize, stream.BisectBatchOnFunctionError, stream.MaximumRetryAttempts, stream.ParallelizationFactor],
      [1_000, true, 5, 1],
    );
    assert.deepEqual(stream.FunctionResponseTypes, ['ReportBatchItemFailures']);
    assert.match(JSON.stringify(stream.DestinationConfig), /loadScoresToDynamoDBFailures/);
    assert.equal(stream.TumblingWindowInSeconds, undefined);
    const changes = mapping('ProcessSavedScores', 'DemandTable') as Record<string, unknown>;
    assert.equal(changes.TumblingWindowInSeconds, 1, 'without a window a batch does not say its shard');
    assert.equal(changes.MaximumRetryAttempts, -1);
    assert.match(JSON.stringify(changes.FilterCriteria), /member:/);
    const queue = mapping('VerdictReporter', 'VerdictReporterQueue') as Record<string, unknown>;
    assert.deepEqual([queue.BatchSize, queue.ScalingConfig], [10, { MaximumConcurrency: 2 }]);
    assert.match(
      JSON.stringify(mapping('SelectionRefresh', 'RefreshSelectionsQueue')),
      /verifiedfan-test-refreshSelectionsQueue/,
    );
    const schedule = mapping('RefreshCampaigns', 'CampaignRefreshSchedule') as Record<string, unknown>;
    assert.equal(schedule.ScheduleExpression, 'rate(1 minute)');
  });

  it('run functions on Node 24, for as long as they need', () => {
    for (const [id, lambda] of of('AWS::Lambda::Function')) {
      assert.equal(lambda.Runtime, 'nodejs24.x', id);
      assert.equal(lambda.ReservedConcurrentExecutions, undefined, id);
    }
    assert.equal(onsale.Resources.VerdictReporter?.Properties.Timeout, 120);
    assert.equal(onsale.Resources.LoadScoresToStream?.Properties.Timeout, 900);
  });

  it('hide messages for six times what a function may take and the batch window, and for what the catalogue says', () => {
    let mappings = 0;
    for (const [name, { sources }] of Object.entries(workers))
      for (const { queue, resource } of sources as readonly Source[]) {
        if (queue === undefined) continue;
        mappings += 1;
        const hidden = Number(onsale.Resources[idOf(resource)]?.Properties.VisibilityTimeout);
        const timeout = Number(onsale.Resources[idOf(name)]?.Properties.Timeout);
        const definition: ResourceDefinition = resources[resource as keyof typeof resources];
        assert.ok(hidden >= 6 * timeout + queue.batchWindowSeconds, resource);
        assert.ok(definition.kind === 'queue' && hidden >= (definition.visibilitySeconds ?? 30), resource);
      }
    assert.ok(mappings >= 3);
    assert.equal(onsale.Resources.AttendanceQueue?.Properties.VisibilityTimeout, 30, 'none of ours reads it');
  });

  it('try an upload and a schedule again, and keep what was given up', () => {
    const ages = { LoadScoresToStream: 21_600, RefreshCampaigns: 600 };
    for (const [id, MaximumEventAgeInSeconds] of Object.entries(ages)) {
      const failures = `arn:aws:sqs:eu-west-1:111122223333:verifiedfan-test-${id.charAt(0).toLowerCase()}${id.slice(1)}Failures`;
      assert.deepEqual(onsale.Resources[`${id}Retries`]?.Properties, {
        ...{ FunctionName: { Ref: id }, Qualifier: '$LATEST', MaximumRetryAttempts: 2, MaximumEventAgeInSeconds },
        DestinationConfig: { OnFailure: { Destination: failures } },
      });
    }
    const [[, rule]] = of('AWS::Events::Rule') as unknown as [[string, { Targets: Record<string, unknown>[] }]];
    const failures = 'arn:aws:sqs:eu-west-1:111122223333:verifiedfan-test-refreshCampaignsFailures';
    assert.deepEqual(rule.Targets[0]?.DeadLetterConfig, { Arn: failures });
    const letsIn = JSON.stringify(onsale.Resources.RefreshCampaignsFailuresPolicy?.Properties);
    assert.match(letsIn, /events.amazonaws.com.*rule\/verifiedfan-test-campaignRefreshSchedule/);
    const own = statementsOf('refreshCampaigns').find((each) => actionsOf(each).includes('sqs:SendMessage'));
    assert.equal(own?.Resource, failures);
  });

  it('send nothing to the image but its Dockerfile and the bundles', () => {
    const staged = app.assets.filter((file) => !/^asset\.[0-9a-f]+\/index\.mjs$/.test(file));
    const strangers = staged.filter(
      (file) => !/^asset\.[0-9a-f]+\/(runtime\/aws\/Dockerfile$|dist\/services\/)/.test(file),
    );
    assert.deepEqual(strangers, []);
    assert.ok(staged.some((file) => file.endsWith('/runtime/aws/Dockerfile')));
  });

  it('answer GraphQL by direct resolvers behind the authorizer, and log no token', () => {
    const api: Record<string, unknown> = ofType(app.templates.api, 'AWS::AppSync::GraphQLApi')[0]?.[1] ?? {};
    assert.equal(api.AuthenticationType, 'AWS_LAMBDA');
    assert.match(JSON.stringify(api.LambdaAuthorizerConfig), /function:verifiedfan-test-validateToken/);
    assert.equal((api.LogConfig as { ExcludeVerboseContent: boolean }).ExcludeVerboseContent, true);
    const fields = ofType(app.templates.api, 'AWS::AppSync::Resolver').map(([, { FieldName }]) => String(FieldName));
    assert.deepEqual(fields.sort(), ['campaignByEventId', 'lookupPhoneScore']);
  });
});

describe('the rights of workers', () => {
  it('let verdictReporter get, query and update rows of campaigns, and nothing else of the table', () => {
    const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/verifiedfan-test-demandTable';
    const own = statementsOf('verdictReporter').filter(({ Resource }) => Resource === table);
    assert.deepEqual(own, [
      {
        Effect: 'Allow',
        Action: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        Resource: table,
        Condition: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['campaign:*'] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      },
    ]);
    const services = new Set(
      statementsOf('verdictReporter')
        .flatMap(actionsOf)
        .map((action) => action.split(':')[0]),
    );
    assert.deepEqual([...services].sort(), ['dynamodb', 'logs', 'secretsmanager', 'sqs']);
  });

  it('let nobody scan, list streams, or do anything to everything', () => {
    for (const statement of allStatements()) {
      assert.notEqual(statement.Resource, '*');
      for (const action of actionsOf(statement)) assert.doesNotMatch(action, /\*|Scan|ListStreams|PartiQL/);
      if (actionsOf(statement).some((action) => /^dynamodb:(Get|Put|Update|Delete)Item|Query/.test(action)))
        assert.notEqual(statement.Condition, undefined, 'rows are limited to keys');
    }
  });

  it('name each of them secrets of its own alone', () => {
    const secrets = (worker: string) =>
      statementsOf(worker)
        .filter((each) => actionsOf(each).includes('secretsmanager:GetSecretValue'))
        .map(({ Resource }) => JSON.stringify(Resource));
    assert.deepEqual(secrets('processSavedScores'), []);
    assert.deepEqual(secrets('validateToken'), ['{"Ref":"TokenKeysSecret"}']);
  });

  it('are those in docs/rights.md', () => {
    const page = readFileSync(`${ROOT}docs/rights.md`, 'utf8');
    assert.equal(
      page,
      rightsPage({ workers, services, catalogue: resources }),
      'run npm --prefix runtime/aws run rights',
    );
  });
});

describe('the rights of services', () => {
  const AT = 'eu-west-1:111122223333';
  const PREFIX = 'verifiedfan-test';
  const resourcesOf = (id: string): Record<string, unknown[]> => {
    const policies = ofType(app.templates.services, 'AWS::IAM::Policy').filter(([name]) =>
      name.startsWith(`${id}TaskTaskRole`),
    );
    const statements = policies.flatMap(
      ([, { PolicyDocument }]) => (PolicyDocument as unknown as { Statement: Statement[] }).Statement,
    );
    const pairs = statements.flatMap((each) => actionsOf(each).map((action) => [action, each.Resource] as const));
    const grouped = Map.groupBy(pairs, ([action]) => action);
    return Object.fromEntries(
      [...grouped].map(([action, all]) => [action, all.flatMap(([, resource]) => resource).sort()]),
    );
  };
  const secretsOf = (...names: string[]) =>
    names.map((name) => `arn:aws:secretsmanager:${AT}:secret:${PREFIX}/${name}-??????`).sort();

  it('let campaign-service send to its destinations, read its secrets, and nothing else', () => {
    const queues = ['attendanceQueue.fifo', 'dataPipelineQueue.fifo', 'refreshSelectionsQueue'];
    const arns = queues.map((name) => `arn:aws:sqs:${AT}:${PREFIX}-${name}`);
    assert.deepEqual(resourcesOf('CampaignService'), {
      'kinesis:PutRecords': [`arn:aws:kinesis:${AT}:stream/${PREFIX}-campaignDataStream`],
      'sqs:GetQueueUrl': arns,
      'sqs:SendMessage': arns,
      'secretsmanager:GetSecretValue': secretsOf(
        ...['tokenKeys', 'mongodbUri', 'redisUri', 'discoveryApiKey', 'fastlyToken', 'fastlyServiceId'],
        ...['gitlabToken', 'gitlabProject', 'unleashToken'],
      ),
    });
  });

  it('let entry-service read its secrets', () => {
    assert.deepEqual(resourcesOf('EntryService'), {
      'secretsmanager:GetSecretValue': secretsOf('tokenKeys', 'mongodbUri', 'unleashToken'),
    });
  });

  it('are about secrets that the stage has', () => {
    const names = of('AWS::SecretsManager::Secret').map(([, { Name }]) => String(Name));
    for (const { secrets, partners } of Object.values<ServiceDefinition>(services))
      for (const name of [...secrets, ...Object.values(partners).flat()])
        assert.ok(names.includes(`${PREFIX}/${name}`), name);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  createManualClock,
  makeAppSyncAuthorizerInput,
  makeAppSyncResolverInput,
  makeDynamoDBStreamInput,
  makeFirehoseInput,
  makeKafkaInput,
  makeKinesisInput,
  makeLambdaContext,
  makeS3Input,
  makeScheduleInput,
  makeSnsInput,
  makeSqsInput,
} from '../src/index.ts';

const survivesJson = (event: unknown): void => assert.deepEqual(JSON.parse(JSON.stringify(event)), event);

describe('makeKinesisInput', () => {
  it('builds the event that Kinesis sends', () => {
    const arrivedAtMs = 1_767_225_600_123;
    const options = { stream: 'orders', shardId: 'shardId-000000000003' };
    const event = makeKinesisInput(
      [{ data: { id: 1 }, partitionKey: 'acct-17', sequenceNumber: '49', arrivedAtMs }],
      options,
    );
    assert.deepEqual(event, {
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'acct-17',
            sequenceNumber: '49',
            data: 'eyJpZCI6MX0=',
            approximateArrivalTimestamp: 1_767_225_600.123,
          },
          eventSource: 'aws:kinesis',
          eventVersion: '1.0',
          eventID: 'shardId-000000000003:49',
          eventName: 'aws:kinesis:record',
          invokeIdentityArn: 'arn:aws:iam::111122223333:role/worker',
          awsRegion: 'eu-west-1',
          eventSourceARN: 'arn:aws:kinesis:eu-west-1:111122223333:stream/orders',
        },
      ],
    });
  });

  it('numbers records upwards and carries bytes unchanged', () => {
    const { Records } = makeKinesisInput([{ data: Uint8Array.of(255, 0) }, { data: 'text' }]);
    const [first, second] = Records.map(({ kinesis }) => kinesis);
    assert.ok(BigInt(first?.sequenceNumber ?? 0) < BigInt(second?.sequenceNumber ?? 0));
    assert.deepEqual([...Buffer.from(first?.data ?? '', 'base64')], [255, 0]);
    assert.equal(Buffer.from(second?.data ?? '', 'base64').toString(), 'text');
  });

  it('adds the members of a tumbling window only when there is one', () => {
    const window = { startMs: 1_767_225_600_000, endMs: 1_767_225_601_000 };
    const event = makeKinesisInput([], { window });
    assert.deepEqual(event.window, { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:00:01Z' });
    assert.deepEqual([event.state, event.shardId, event.isFinalInvokeForWindow], [{}, 'shardId-000000000000', false]);
    assert.deepEqual(Object.keys(makeKinesisInput([])), ['Records']);
  });
});

describe('makeDynamoDBStreamInput', () => {
  const keys = { PK: 'ORG#1', SK: 'DOC#9' };

  it('builds the event that DynamoDB sends, sizes included', () => {
    const change = { oldImage: { ...keys, n: 1 }, newImage: { ...keys, n: 2, tags: new Set(['a', 'b']) } };
    const [record] = makeDynamoDBStreamInput([change], { table: 't' }).Records;
    const Keys = { PK: { S: 'ORG#1' }, SK: { S: 'DOC#9' } };
    assert.equal(record?.eventName, 'MODIFY');
    assert.equal(
      record?.eventSourceARN,
      'arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2026-01-01T00:00:00.000',
    );
    assert.deepEqual(record?.dynamodb, {
      ApproximateCreationDateTime: 1_767_607_200,
      Keys,
      NewImage: { ...Keys, n: { N: '2' }, tags: { SS: ['a', 'b'] } },
      OldImage: { ...Keys, n: { N: '1' } },
      SequenceNumber: '10000000000000000000001',
      SizeBytes: 14 + 23 + 17,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
  });

  it('leaves out the images that a kind of change or a view type does not have', () => {
    const imagesOf = (streamViewType: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES') => {
      const changes = [{ newImage: keys }, { newImage: keys, oldImage: keys }, { oldImage: keys }];
      return makeDynamoDBStreamInput(changes, { streamViewType }).Records.map(({ dynamodb }) =>
        Object.keys(dynamodb ?? {})
          .filter((name) => name.endsWith('Image'))
          .join('+'),
      );
    };
    assert.deepEqual(imagesOf('NEW_AND_OLD_IMAGES'), ['NewImage', 'NewImage+OldImage', 'OldImage']);
    assert.deepEqual(imagesOf('NEW_IMAGE'), ['NewImage', 'NewImage', '']);
    assert.deepEqual(imagesOf('OLD_IMAGE'), ['', 'OldImage', 'OldImage']);
    assert.deepEqual(imagesOf('KEYS_ONLY'), ['', '', '']);
  });

  it('marks expired rows, takes typed images as they are, and says its shard only with a window', () => {
    const typed = { PK: { S: 'a' }, SK: { S: 'b' }, empty: { SS: [] } };
    const window = { startMs: 0, endMs: 1000 };
    const options = { images: 'typed', window, shardId: 'shard-1' } as const;
    const event = makeDynamoDBStreamInput([{ oldImage: typed, expired: true }], options);
    assert.deepEqual(event.Records[0]?.dynamodb?.OldImage, typed);
    assert.deepEqual(event.Records[0]?.userIdentity, { type: 'Service', principalId: 'dynamodb.amazonaws.com' });
    assert.deepEqual([event.shardId, event.state], ['shard-1', {}]);
    assert.equal('shardId' in makeDynamoDBStreamInput([{ newImage: keys }], { shardId: 'shard-1' }), false);
    assert.equal('userIdentity' in (makeDynamoDBStreamInput([{ oldImage: keys }]).Records[0] ?? {}), false);
  });
});

describe('makeSqsInput', () => {
  it('builds the event that a standard queue sends', () => {
    const [record] = makeSqsInput([{ body: { id: 1 }, receiveCount: 3, sentAtMs: 1000 }]).Records;
    assert.equal(record?.body, '{"id":1}');
    assert.equal(record?.md5OfBody, createHash('md5').update('{"id":1}').digest('hex'));
    assert.equal(record?.md5OfMessageAttributes, null);
    assert.deepEqual(record?.attributes, {
      ApproximateReceiveCount: '3',
      SentTimestamp: '1000',
      SenderId: 'AROAEXAMPLE:worker',
      ApproximateFirstReceiveTimestamp: '1027',
    });
  });

  it('adds the three FIFO attributes on a FIFO queue, and a group alone on a fair one', () => {
    const message = { body: 'x', group: 'g1', deduplicationId: 'd-1' };
    const [fifo] = makeSqsInput([message], { queue: 'q.fifo' }).Records;
    const [fair] = makeSqsInput([message], { queue: 'q' }).Records;
    assert.equal(fifo?.attributes.MessageGroupId, 'g1');
    assert.equal(fifo?.attributes.MessageDeduplicationId, 'd-1');
    assert.match(fifo?.attributes.SequenceNumber ?? '', /^\d{20}$/);
    assert.equal(fair?.attributes.MessageGroupId, 'g1');
    assert.equal(fair?.attributes.SequenceNumber, undefined);
  });

  it('carries text attributes with the checksum that SQS computes', () => {
    const [record] = makeSqsInput([{ body: 'x', attributes: { b: '2', a: '1' } }]).Records;
    assert.deepEqual(record?.messageAttributes.a, {
      stringValue: '1',
      stringListValues: [],
      binaryListValues: [],
      dataType: 'String',
    });
    const parts = [
      '\0\0\0\x01a',
      '\0\0\0\x06String',
      '\x01',
      '\0\0\0\x011',
      '\0\0\0\x01b',
      '\0\0\0\x06String',
      '\x01',
      '\0\0\0\x012',
    ];
    assert.equal(record?.md5OfMessageAttributes, createHash('md5').update(parts.join('')).digest('hex'));
  });
});

describe('the other event builders', () => {
  it('encode object keys as S3 does', () => {
    const keys = ['new folder/café.csv', 'a+b@c', "it's (1)~*.csv"];
    const encoded = makeS3Input(keys.map((key) => ({ key }))).Records.map(({ s3 }) => s3.object.key);
    assert.deepEqual(encoded, ['new+folder/caf%C3%A9.csv', 'a%2Bb%40c', 'it%27s+%281%29%7E*.csv']);
    assert.deepEqual(
      encoded.map((key) => decodeURIComponent(key.replaceAll('+', ' '))),
      keys,
    );
  });

  it('build schedules of both kinds, with time in seconds', () => {
    const rule = makeScheduleInput({ name: 'hourly', atMs: 1_767_607_200_123 });
    assert.equal(rule.time, '2026-01-05T10:00:00Z');
    assert.deepEqual([rule.source, rule.detail], ['aws.events', {}]);
    const scheduler = makeScheduleInput({ kind: 'scheduler' });
    assert.deepEqual([scheduler.source, scheduler.detail], ['aws.scheduler', '{}']);
  });

  it('build the events of AppSync resolvers and authorizers', () => {
    const resolver = makeAppSyncResolverInput({
      arguments: { id: '9' },
      resolverContext: { tenant: 't1' },
      headers: { 'X-Correlation-Id': 'c1' },
      fieldName: 'getDoc',
      selectionSetList: ['id', 'owner', 'owner/name'],
    });
    assert.deepEqual(resolver, {
      arguments: { id: '9' },
      identity: { resolverContext: { tenant: 't1' } },
      source: null,
      request: { headers: { 'x-correlation-id': 'c1' }, domainName: null },
      prev: null,
      info: {
        selectionSetList: ['id', 'owner', 'owner/name'],
        selectionSetGraphQL: '{\n  id\n  owner\n}',
        parentTypeName: 'Query',
        fieldName: 'getDoc',
        variables: {},
      },
      stash: {},
    });
    const authorizer = makeAppSyncAuthorizerInput({ authorizationToken: 'Bearer x', headers: { A: 'b' } });
    assert.equal(authorizer.authorizationToken, 'Bearer x');
    assert.equal('operationName' in authorizer.requestContext, false);
    assert.deepEqual(authorizer.requestHeaders, { a: 'b' });
  });

  it('group Kafka records by partition, with tombstones, missing keys and signed header bytes', () => {
    const event = makeKafkaInput([
      { topic: 'orders', key: 'k1', value: { id: 1 }, headers: { traceparent: '00-Ü' } },
      { topic: 'orders', key: null, value: null },
      { topic: 'orders', partition: 1, value: 'x' },
    ]);
    assert.deepEqual(Object.keys(event.records), ['orders-0', 'orders-1']);
    const [first, second] = event.records['orders-0'] ?? [];
    assert.deepEqual([first?.key, first?.value, first?.offset], ['azE=', 'eyJpZCI6MX0=', 0]);
    assert.deepEqual(first?.headers, [{ traceparent: [48, 48, 45, -61, -100] }]);
    assert.deepEqual([second?.key, second?.value, second?.offset], [null, null, 1]);
    assert.equal('key' in (event.records['orders-1']?.[0] ?? {}), false);
    assert.equal('eventSourceArn' in makeKafkaInput([], { kind: 'self-managed' }), false);
  });

  it('build Firehose records with the members of a Kinesis source only when there is one', () => {
    const [plain] = makeFirehoseInput([{ data: { id: 1 } }]).records;
    const [sourced] = makeFirehoseInput([{ data: 'x' }], { sourceStream: 'orders' }).records;
    assert.equal(plain?.data, 'eyJpZCI6MX0=');
    assert.equal('kinesisRecordMetadata' in (plain ?? {}), false);
    assert.equal(sourced?.kinesisRecordMetadata?.shardId, 'shardId-000000000000');
  });

  it('build SNS records with capital members', () => {
    const [record] = makeSnsInput([{ message: { id: 1 }, attributes: { kind: 'order' } }]).Records;
    assert.equal(record?.EventSource, 'aws:sns');
    assert.deepEqual([record?.Sns.Message, record?.Sns.Subject], ['{"id":1}', null]);
    assert.deepEqual(record?.Sns.MessageAttributes, { kind: { Type: 'String', Value: 'order' } });
  });

  it('survive JSON unchanged, all of them', () => {
    survivesJson(makeKinesisInput([{ data: 1 }]));
    survivesJson(makeDynamoDBStreamInput([{ newImage: { PK: 'a', SK: 'b' } }]));
    survivesJson(makeSqsInput([{ body: 'x' }], { queue: 'q.fifo' }));
    survivesJson(makeS3Input([{ key: 'a' }]));
    survivesJson(makeScheduleInput());
    survivesJson(makeAppSyncResolverInput());
    survivesJson(makeAppSyncAuthorizerInput());
    survivesJson(makeKafkaInput([{ topic: 't', value: null }]));
    survivesJson(makeFirehoseInput([{ data: 1 }], { sourceStream: 's' }));
    survivesJson(makeSnsInput([{ message: 1 }]));
  });
});

describe('makeLambdaContext', () => {
  it('has every documented member, memory as text, and a remaining time that follows the clock', async () => {
    const clock = createManualClock();
    const context = makeLambdaContext({ functionName: 'scores', timeoutMs: 3000, clock });
    const documented = [
      ...['callbackWaitsForEmptyEventLoop', 'functionName', 'functionVersion', 'invokedFunctionArn', 'memoryLimitInMB'],
      ...[
        'awsRequestId',
        'logGroupName',
        'logStreamName',
        'identity',
        'clientContext',
        'tenantId',
        'getRemainingTimeInMillis',
      ],
    ];
    assert.deepEqual(Object.keys(context), documented);
    assert.equal(context.memoryLimitInMB, '512');
    await clock.advance(1000);
    assert.equal(context.getRemainingTimeInMillis(), 2000);
    await clock.advance(9000);
    assert.equal(context.getRemainingTimeInMillis(), 0);
  });
});

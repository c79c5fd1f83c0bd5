import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { CloudWatch, Firehose, SNS } from '../../src/index.ts';
import { bodyOf, json, jsonError, startService } from './fake-service.ts';

const codesOf = (outcomes: readonly object[]): unknown[] =>
  outcomes.map((outcome) =>
    'error' in outcome && outcome.error instanceof Error && 'code' in outcome.error ? outcome.error.code : 'done',
  );

type RecordBatch = { Records: { Data: string }[] };
const textsOf = ({ Records }: RecordBatch): string[] =>
  Records.map(({ Data }) => Buffer.from(Data, 'base64').toString());

describe('Firehose', () => {
  it('sends again the records alone that were not taken, and answers in order', async (context) => {
    const { connection, seen } = await startService(context, (request, response) => {
      const isFirst = seen.length === 1;
      const RequestResponses = textsOf(bodyOf<RecordBatch>(request)).map((text) =>
        isFirst && text !== 'b' ? { ErrorCode: 'ServiceUnavailableException', ErrorMessage: text } : { RecordId: text },
      );
      json(response, { FailedPutCount: isFirst ? 2 : 0, RequestResponses });
    });
    const outcomes = await Firehose({ connection }).putRecordBatch({
      DeliveryStreamName: 's',
      records: ['a', 'b', 'c'],
    });
    assert.deepEqual(outcomes, [{ recordId: 'a' }, { recordId: 'b' }, { recordId: 'c' }]);
    assert.deepEqual(
      seen.map((request) => textsOf(bodyOf(request))),
      [
        ['a', 'b', 'c'],
        ['a', 'c'],
      ],
    );
  });

  it('keeps to 500 records and 4 MiB a request, and refuses a record over its own limit alone', async (context) => {
    const { connection, seen } = await startService(context, (request, response) =>
      json(response, {
        RequestResponses: bodyOf<RecordBatch>(request).Records.map((_, index) => ({ RecordId: `${index}` })),
      }),
    );
    const records = [
      ...Array.from({ length: 501 }, (_, index) => `${index}`),
      ...Array.from({ length: 5 }, () => Buffer.alloc(1_024_000)),
      Buffer.alloc(1_024_001),
    ];
    const outcomes = await Firehose({ connection }).putRecordBatch({ DeliveryStreamName: 's', records });
    assert.deepEqual(
      codesOf(outcomes).filter((code) => code !== 'done'),
      ['too_large'],
    );
    assert.equal(codesOf(outcomes).at(-1), 'too_large');
    for (const request of seen) {
      const { Records } = bodyOf<RecordBatch>(request);
      assert.ok(Records.length <= 500);
      assert.ok(Records.reduce((sum, { Data }) => sum + Buffer.byteLength(Data, 'base64'), 0) <= 4 * 2 ** 20);
    }
  });

  it('trusts no answer with another number of records', async (context) => {
    const { connection } = await startService(context, (_, response) =>
      json(response, { RequestResponses: [{ RecordId: '1' }] }),
    );
    const outcomes = await Firehose({ connection }).putRecordBatch({ DeliveryStreamName: 's', records: ['a', 'b'] });
    assert.deepEqual(codesOf(outcomes), ['wrong_answer', 'wrong_answer']);
  });
});

/** SNS speaks forms and XML. */
const entriesOf = (body: Buffer): string[] =>
  [...new URLSearchParams(body.toString())].filter(([name]) => name.endsWith('.Message')).map(([, message]) => message);

const failed = (index: number, code: string, senderFault: boolean): string =>
  `<member><Id>${index}</Id><Code>${code}</Code><SenderFault>${senderFault}</SenderFault></member>`;
const published = (index: number, messageId: string): string =>
  `<member><Id>${index}</Id><MessageId>${messageId}</MessageId></member>`;

/** The answer to a batch, from its members in any order. */
const answerBatch = (response: ServerResponse, members: readonly string[]): void => {
  const bad = members.filter((member) => member.includes('<Code>'));
  const good = members.filter((member) => !member.includes('<Code>'));
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(
    `<PublishBatchResponse><PublishBatchResult><Successful>${good.join('')}</Successful><Failed>${bad.join('')}</Failed>` +
      '</PublishBatchResult></PublishBatchResponse>',
  );
};

describe('SNS', () => {
  it('sends ten a request, the failed ones again alone, and not those that are the fault of the sender', async (context) => {
    const { connection, seen } = await startService(context, ({ body }, response) => {
      const members = entriesOf(body).map((message, index) => {
        if (message === 'wrong') return failed(index, 'InvalidParameter', true);
        const isFirst = seen.filter((request) => entriesOf(request.body).includes(message)).length === 1;
        return message === 'm3' && isFirst
          ? failed(index, 'InternalError', false)
          : published(index, `id of ${message}`);
      });
      answerBatch(response, members);
    });
    const messages = [...Array.from({ length: 12 }, (_, index) => ({ Message: `m${index}` })), { Message: 'wrong' }];
    const outcomes = await SNS({ connection }).publishBatch({ TopicArn: 'arn:aws:sns:eu-west-1:1:t', messages });
    assert.deepEqual(outcomes[3], { messageId: 'id of m3' });
    assert.deepEqual(codesOf(outcomes), [...new Array(12).fill('done'), 'validation']);
    const sizes = seen.map(({ body }) => entriesOf(body).length);
    assert.deepEqual(
      sizes.toSorted((a, b) => b - a),
      [10, 3, 1],
    );
  });

  it('counts subjects and attributes towards the size of a request', async (context) => {
    const { connection, seen } = await startService(context, ({ body }, response) =>
      answerBatch(
        response,
        entriesOf(body).map((_, index) => published(index, 'x')),
      ),
    );
    const [Message, Subject] = ['x'.repeat(131_000), 's'.repeat(100)];
    const attributes = { kind: 'a'.repeat(100) };
    const send = (more: object) =>
      SNS({ connection }).publishBatch({ TopicArn: 't', messages: [{ Message }, { Message, ...more }] });
    await send({});
    assert.equal(seen.length, 1);
    await send({ Subject });
    await send({ attributes });
    assert.equal(seen.length, 3, 'there was room');
    await send({ Subject, attributes });
    assert.equal(seen.length, 5);
  });

  it('never lets a later notification of a group overtake one that is sent again', async (context) => {
    const arrived: string[] = [];
    const { connection, seen } = await startService(context, ({ body }, response) => {
      const entries = entriesOf(body);
      const fails = entries.includes('a1') && !arrived.includes('a1') && seen.length < 3;
      if (!fails) arrived.push(...entries);
      const answer = (index: number) => (fails ? failed(index, 'InternalError', false) : published(index, 'x'));
      answerBatch(
        response,
        entries.map((_, index) => answer(index)),
      );
    });
    const messages = ['a1', 'a2', 'a3'].map((Message) => ({
      Message,
      MessageGroupId: 'a',
      MessageDeduplicationId: Message,
    }));
    await SNS({ connection }).publishBatch({ TopicArn: 'arn:aws:sns:eu-west-1:1:t.fifo', messages });
    assert.deepEqual(arrived, ['a1', 'a2', 'a3']);
  });
});

type LogBatch = { logEvents: { timestamp: number; message: string }[] };

describe('a batch call whose whole request fails', () => {
  it('costs as many requests as the SDK may send, and no multiple of them', async (context) => {
    const { connection, seen } = await startService(context, (_, response) =>
      jsonError(response, 'ServiceUnavailable', 503),
    );
    const calls = [
      () => Firehose({ connection }).putRecordBatch({ DeliveryStreamName: 's', records: ['a'] }),
      () => SNS({ connection }).publishBatch({ TopicArn: 't', messages: [{ Message: 'a' }] }),
      () => CloudWatch({ connection }).putLogEvents({ ...stream, logEvents: [{ timestamp: 1, message: 'a' }] }),
    ];
    for (const call of calls) {
      const before = seen.length;
      assert.deepEqual(codesOf(await call()), ['unavailable']);
      assert.equal(seen.length - before, connection.maxAttempts);
    }
  });
});

const stream = { logGroupName: 'g', logStreamName: 's' };

describe('CloudWatch logs', () => {
  const DAY_MS = 86_400_000;

  it('refuses an event that would cost the others their request, alone', async (context) => {
    const { connection, seen } = await startService(context, (_, response) => json(response, {}));
    const logEvents = [
      { timestamp: 1, message: '' },
      { timestamp: Number.NaN, message: 'never' },
      { timestamp: 1.5, message: 'between' },
      { timestamp: -1, message: 'before' },
      { timestamp: 2, message: 'good' },
    ];
    const outcomes = await CloudWatch({ connection }).putLogEvents({ ...stream, logEvents });
    assert.deepEqual(codesOf(outcomes), ['validation', 'validation', 'validation', 'validation', 'done']);
    assert.deepEqual(
      seen.map((request) => bodyOf<LogBatch>(request).logEvents.map(({ message }) => message)),
      [['good']],
    );
  });

  it('puts events in the order of time, no more than a day in a request, and answers in the order given', async (context) => {
    const { connection, seen } = await startService(context, (request, response) => {
      const { logEvents } = bodyOf<LogBatch>(request);
      const tooOld = logEvents.findIndex(({ message }) => message === 'old');
      json(response, tooOld < 0 ? {} : { rejectedLogEventsInfo: { tooOldLogEventEndIndex: tooOld + 1 } });
    });
    const logEvents = [
      { timestamp: 2 * DAY_MS, message: 'third' },
      { timestamp: 0, message: 'old' },
      { timestamp: 10, message: 'second' },
    ];
    const outcomes = await CloudWatch({ connection }).putLogEvents({ ...stream, logEvents });
    assert.deepEqual(codesOf(outcomes), ['done', 'validation', 'done']);
    assert.deepEqual(
      seen.map((request) => bodyOf<LogBatch>(request).logEvents.map(({ message }) => message)),
      [['old', 'second'], ['third']],
    );
  });

  it('makes a missing stream, also when somebody else does at once, and says when the group is missing', async (context) => {
    let made = false;
    const { connection, seen } = await startService(context, (request, response) => {
      if (request.operation === 'CreateLogStream') {
        made = true;
        return jsonError(response, 'ResourceAlreadyExistsException');
      }
      return made ? json(response, {}) : jsonError(response, 'ResourceNotFoundException');
    });
    const logEvents = [{ timestamp: 1, message: 'x' }];
    assert.deepEqual(await CloudWatch({ connection }).putLogEvents({ ...stream, logEvents }), [{ stored: true }]);
    assert.deepEqual(
      seen.map(({ operation }) => operation),
      ['PutLogEvents', 'CreateLogStream', 'PutLogEvents'],
    );
    const missing = await startService(context, (_, response) => jsonError(response, 'ResourceNotFoundException'));
    const [outcome] = await CloudWatch({ connection: missing.connection }).putLogEvents({ ...stream, logEvents });
    assert.ok(outcome !== undefined && 'error' in outcome && outcome.error instanceof PortError);
    assert.deepEqual([outcome.error.code, outcome.error.resource], ['not_found', 'g']);
  });
});

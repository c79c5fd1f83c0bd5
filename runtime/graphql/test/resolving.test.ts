import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, makeAppSyncResolverInput } from '@verifiedfan/test-utils';
import { errorTypes, eventOf, startGateway } from './set-up.ts';

/** An error as this project throws it. */
class NotFoundError extends Error {
  override readonly name = 'CampaignNotFoundError';
  readonly code = 'not_found';
  readonly retryable = false;
}

const campaign = {
  id: 'tour-2027',
  name: 'Tour',
  status: 'OPEN',
  open: '2026-01-06T10:00:00.000Z',
  markets: [
    { eventId: 'ev-1', status: 'OPEN' },
    { eventId: 'ev-2', status: 'CLOSED' },
  ],
  internalNote: 'not in the schema',
};

describe('a field that a worker resolves', () => {
  it('hands the worker the event of an AppSync direct resolver, member by member', async (test) => {
    const { calls, query } = await startGateway(test);
    const text = 'query Score($phone: String!) { lookupPhoneScore(phone: $phone) { score level } }';
    await query(text, { phone: '+12025550143' }, { 'X-Correlation-Id': 'c-1' });
    const [call] = calls.values;
    const { headers } = eventOf<ReturnType<typeof makeAppSyncResolverInput>>(calls, 0).request;
    assert.equal(headers['x-correlation-id'], 'c-1');
    const expected = makeAppSyncResolverInput({
      arguments: { phone: '+12025550143' },
      headers: headers as Record<string, string>,
      fieldName: 'lookupPhoneScore',
      selectionSetList: ['score', 'level'],
      variables: { phone: '+12025550143' },
    });
    assert.equal(call?.worker, 'lookupPhoneScore');
    assert.deepEqual(call?.event, expected);
  });

  it('describes the selection with aliases, fragments and levels, without what is skipped', async (test) => {
    const { calls, query } = await startGateway(test);
    const text = `
      query ($more: Boolean = true, $less: Boolean!) {
        campaignByEventId(eventId: "ev-1") {
          title: name
          ...rest
          ... on Campaign @include(if: $more) { status }
          open @skip(if: $more)
          close @include(if: $less)
          markets { eventId }
          markets { status }
        }
      }
      fragment rest on Campaign { id markets { eventId } }`;
    await query(text, { less: false });
    const { info } = eventOf<ReturnType<typeof makeAppSyncResolverInput>>(calls, 0);
    assert.deepEqual(info.selectionSetList, ['title', 'id', 'markets', 'markets/eventId', 'status', 'markets/status']);
    assert.match(info.selectionSetGraphQL, /^\{\n {2}title: name\n {2}\.\.\.rest\n {2}\.\.\. on Campaign @include/);
    assert.deepEqual(info.variables, { less: false });
  });

  it('hands the worker a Lambda context with a deadline and an id of its own', async (test) => {
    const { calls, clock, query } = await startGateway(test);
    await query('{ a: lookupPhoneScore(phone: "1") { score } b: lookupPhoneScore(phone: "2") { score } }');
    const [first, second] = calls.values.map(({ context }) => context);
    assert.equal(first?.functionName, 'lookupPhoneScore');
    assert.equal(first?.memoryLimitInMB, '512');
    assert.notEqual(first?.awsRequestId, second?.awsRequestId);
    assert.equal(first?.getRemainingTimeInMillis(), 30_000);
    await clock.advance(40_000);
    assert.equal(first?.getRemainingTimeInMillis(), 0);
  });

  it('answers with the fields that were asked for', async (test) => {
    const { post } = await startGateway(test, { workers: { proxyCampaignService: () => campaign } });
    const answer = await post({ query: '{ campaignByEventId(eventId: "ev-1") { name markets { eventId status } } }' });
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    assert.match(answer.headers['x-amzn-requestid'] ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(answer.json(), { data: { campaignByEventId: { name: 'Tour', markets: campaign.markets } } });
  });

  it('is null when the worker says so', async (test) => {
    const { query } = await startGateway(test, { workers: { proxyCampaignService: () => null } });
    assert.deepEqual(await query('{ campaignByEventId(eventId: "x") { id } }'), { data: { campaignByEventId: null } });
  });

  it('is resolved at the same time as its neighbours', async (test) => {
    const gate = createGate();
    const wait = () => gate.wait().then(() => ({ score: 1 }));
    const { calls, query } = await startGateway(test, { workers: { lookupPhoneScore: wait } });
    const answer = query('{ a: lookupPhoneScore(phone: "1") { score } b: lookupPhoneScore(phone: "2") { score } }');
    await calls.first(2);
    gate.open();
    assert.deepEqual((await answer).data, { a: { score: 1 }, b: { score: 1 } });
  });
});

describe('a worker that fails', () => {
  const fail = (error: unknown) => () => Promise.reject(error);
  const text = '{ campaignByEventId(eventId: "ev-1") { id } lookupPhoneScore(phone: "1") { score } }';

  it('takes its own field away, with the name and text of its error and HTTP 200', async (test) => {
    const workers = {
      proxyCampaignService: fail(new NotFoundError('no campaign')),
      lookupPhoneScore: () => ({ score: 7 }),
    };
    const { post } = await startGateway(test, { workers });
    const answer = await post({ query: text });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json(), {
      data: { campaignByEventId: null, lookupPhoneScore: { score: 7 } },
      errors: [
        {
          message: 'no campaign',
          errorType: 'CampaignNotFoundError',
          path: ['campaignByEventId'],
          locations: [{ line: 1, column: 3 }],
          extensions: { errorType: 'CampaignNotFoundError', code: 'not_found', retryable: false },
        },
      ],
    });
  });

  it('tells nothing about its inside when the error is a foreign one', async (test) => {
    const secret = 'connect ECONNREFUSED 10.0.0.7:5432 for +12025550143';
    const foreign = [new Error(secret), Object.assign(new Error(secret), { code: 'ECONNREFUSED' }), secret, undefined];
    let thrown: unknown;
    const { post, logged } = await startGateway(test, {
      workers: { proxyCampaignService: () => Promise.reject(thrown) },
    });
    for (thrown of foreign) {
      const answer = await post({ query: '{ campaignByEventId(eventId: "ev-1") { id } }' });
      assert.deepEqual(errorTypes(answer.json() as never), ['Lambda:Unhandled']);
      assert.doesNotMatch(answer.text + JSON.stringify(logged), /10\.0\.0\.7|stack|2025550143/);
    }
    assert.deepEqual(
      logged.map(({ level }) => level),
      foreign.map(() => 'warn'),
    );
  });

  it('shows nothing of an answer that does not fit the schema', async (test) => {
    const { post } = await startGateway(test, {
      workers: { lookupPhoneScore: () => ({ score: 'secret', level: 'low' }) },
    });
    const answer = await post({ query: '{ lookupPhoneScore(phone: "1") { score level } }' });
    assert.deepEqual(errorTypes(answer.json() as never), ['InvalidResult']);
    assert.deepEqual((answer.json() as { data: object }).data, { lookupPhoneScore: { score: null, level: 'low' } });
    assert.doesNotMatch(answer.text, /secret/);
  });

  it('is given up after its time, and what it does later is dropped', async (test) => {
    const gate = createGate();
    const late = () => gate.wait().then(() => Promise.reject(new Error('too late')));
    const { clock, query } = await startGateway(test, { workers: { lookupPhoneScore: late }, resolverTimeoutMs: 5000 });
    const answer = query('{ lookupPhoneScore(phone: "1") { score } }');
    await clock.waitForSleepers();
    await clock.advance(5000);
    assert.deepEqual(errorTypes(await answer), ['ExecutionTimeout']);
    gate.open();
    assert.equal(clock.sleeping(), 0);
  });
});

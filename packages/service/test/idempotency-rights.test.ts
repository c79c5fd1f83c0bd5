import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { route, ServiceError } from '../src/index.ts';
import { startService } from './support/service.ts';

const errors = { THING_NOT_FOUND: 404, BUSY: 409, TAKEN: 409 };

/** A route that decides by the token about what is stored, as routes with access `token` do, and bears being executed again. */
const decidingRoute = () => {
  const made = new Map<string | undefined, number>();
  const operations: (string | undefined)[] = [];
  const subject = route({
    method: 'POST',
    path: '/campaigns/:campaignId/things',
    summary: 'Adds a thing',
    access: 'token',
    params: z.strictObject({ campaignId: z.string() }),
    body: z.strictObject({ id: z.string() }),
    idempotency: 'stored',
    responses: { 201: z.object({ count: z.int() }) },
    errors: Object.keys(errors),
    handler({ claims, params: { campaignId }, body, operation }) {
      operations.push(operation);
      if (body.id === 'busy') throw Object.assign(new Error('busy'), { code: 'BUSY', retryable: true });
      if (body.id === 'taken') throw new ServiceError({ code: 'TAKEN', message: 'Is taken' });
      if (claims.campaigns?.[campaignId] === undefined)
        throw new ServiceError({ code: 'THING_NOT_FOUND', message: '' });
      const count = made.get(operation) ?? made.size + 1;
      made.set(operation, count);
      return { status: 201, data: { count } };
    },
  });
  return { subject, operations };
};

const may = { campaigns: { c1: { actions: ['update'] }, c2: { actions: ['read'] } }, permissions: ['a', 'b'] };
const inOtherOrder = {
  campaigns: { c2: { actions: ['read'] }, c1: { actions: ['update'] } },
  permissions: ['b', 'a'],
  iat: 77,
};
const call = async (context: Parameters<typeof startService>[0]) => {
  const { subject, operations } = decidingRoute();
  const service = await startService(context, [subject], { errors });
  const send = async (claims: object, { key = 'k', id = 'a', campaignId = 'c1' } = {}) => {
    const headers = { 'idempotency-key': key };
    const { status, ...answer } = await service.call(`/campaigns/${campaignId}/things`, {
      json: { id },
      claims,
      headers,
    });
    return [status, answer.headers['idempotency-replayed']];
  };
  return { ...service, send, operations };
};

describe('an answer that is kept', () => {
  it('is not repeated to a subject that has lost the right', async (context) => {
    const { send } = await call(context);
    assert.deepEqual(await send(may), [201, undefined]);
    assert.deepEqual(await send({}), [404, undefined]);
    assert.deepEqual(await send(may), [201, 'true']);
  });

  it('is repeated to another token with the same rights, in whatever order it names them', async (context) => {
    const { send, operations } = await call(context);
    await send(may);
    assert.deepEqual(await send(inOtherOrder), [201, 'true']);
    assert.equal(operations.length, 1);
  });

  it('is found again by its operation where rights were added', async (context) => {
    const { send, operations } = await call(context);
    await send(may);
    assert.deepEqual(await send({ ...may, permissions: ['a', 'b', 'c'] }), [201, undefined]);
    assert.deepEqual(operations[0], operations[1]);
  });
});

describe('a refusal', () => {
  it('that speaks of rights or of what is not there is looked at again', async (context) => {
    const { send } = await call(context);
    assert.deepEqual(await send({}), [404, undefined]);
    assert.deepEqual(await send(may), [201, undefined]);
  });

  it('with the same rights too, when they were given on the other side', async (context) => {
    const { send, operations } = await call(context);
    await send({});
    await send({});
    assert.equal(operations.length, 2);
  });

  it('that may pass is looked at again, another one is repeated', async (context) => {
    const { send } = await call(context);
    assert.deepEqual(
      [await send(may, { id: 'busy' }), await send(may, { id: 'busy' })],
      [
        [409, undefined],
        [409, undefined],
      ],
    );
    const taken = { key: 'k2', id: 'taken' };
    assert.deepEqual(
      [await send(may, taken), await send(may, taken)],
      [
        [409, undefined],
        [409, 'true'],
      ],
    );
  });

  it('leaves the key to its request', async (context) => {
    const { send, operations } = await call(context);
    await send({});
    assert.deepEqual(await send(may, { id: 'b' }), [409, undefined]);
    assert.equal(operations.length, 1);
  });
});

describe('an operation', () => {
  it('is the same for each repetition of a request, and for nothing else', async (context) => {
    const { send, operations, clock } = await call(context);
    await send({});
    await send(may);
    await send(may, { key: 'k2' });
    await send({ ...may, sub: 'user-2' });
    await clock.advance(86_400_000);
    await send(may, { id: 'b' });
    await clock.advance(86_400_000);
    await send(may, { campaignId: 'c2' });
    const [first, second, ...others] = operations;
    assert.equal(first, second);
    assert.equal(new Set([first, ...others]).size, 5);
  });

  it('is not named without a key, and where no answers are stored', async (context) => {
    const operations: unknown[] = [];
    const plain = route({
      method: 'POST',
      path: '/plain',
      summary: 'Stores nothing',
      access: 'token',
      responses: { 204: null },
      handler({ operation }) {
        operations.push(operation);
        return { status: 204 };
      },
    });
    const { subject, operations: deciding } = decidingRoute();
    const service = await startService(context, [plain, subject], { errors });
    await service.call('/plain', { method: 'POST', claims: {}, headers: { 'idempotency-key': 'k' } });
    await service.call('/campaigns/c1/things', { json: { id: 'a' }, claims: may });
    assert.deepEqual([operations, deciding], [[undefined], [undefined]]);
  });
});

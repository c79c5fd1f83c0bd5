import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from '@verifiedfan/schema';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { createServiceServer, type Route, type RouteContract, route, ServiceError } from '../src/index.ts';
import { createTestLog, errorOf, startService, verifyToken } from './support/service.ts';

const answering = (reply: unknown, errors: readonly string[] = []): Route =>
  route({
    method: 'GET',
    path: '/a',
    summary: 'Answers what it is told',
    access: 'public',
    responses: { 200: z.object({ id: z.string(), inner: z.object({ size: z.int() }).optional() }) },
    errors,
    handler: () => {
      if (reply instanceof Error) throw reply;
      return reply as { status: 200; data: { id: string } };
    },
  });

const statusOf = async (context: Parameters<typeof startService>[0], subject: Route, strict: boolean) => {
  const { call } = await startService(context, [subject], { strict, errors: { TEAPOT: 418 } });
  const answer = await call('/a');
  return { status: answer.status, body: answer.json() as { data?: unknown } };
};

describe('a contract', () => {
  it('fails on undeclared fields in strict mode, and cuts them off otherwise', async (context) => {
    const reply = { status: 200, data: { id: 'a', secret: 1, inner: { size: 1, secret: 2 } } };
    assert.equal((await statusOf(context, answering(reply), true)).status, 500);
    const { status, body } = await statusOf(context, answering(reply), false);
    assert.deepEqual([status, body.data], [200, { id: 'a', inner: { size: 1 } }]);
  });

  it('fails on data that breaks its schema in both modes', async (context) => {
    for (const strict of [true, false]) {
      assert.equal((await statusOf(context, answering({ status: 200, data: { id: 5 } }), strict)).status, 500);
    }
  });

  it('fails on an undeclared status in strict mode', async (context) => {
    assert.equal((await statusOf(context, answering({ status: 201, data: { id: 'a' } }), true)).status, 500);
  });

  it('fails on an undeclared error type in strict mode', async (context) => {
    const error = new ServiceError({ code: 'TEAPOT', message: 'Short and stout' });
    assert.equal((await statusOf(context, answering(error), true)).status, 500);
    assert.equal((await statusOf(context, answering(error), false)).status, 418);
    assert.equal((await statusOf(context, answering(error, ['TEAPOT']), true)).status, 418);
  });

  it('lets through only those errors of the pipeline that it gives reason for, in strict mode', async (context) => {
    const withBody = { body: z.string() };
    const cases = [
      { code: 'VERSION_CONFLICT', status: 412, declares: ['VERSION_CONFLICT'] },
      { code: 'PRECONDITION_REQUIRED', status: 428, declares: ['PRECONDITION_REQUIRED'] },
      { code: 'NOT_FOUND', status: 404, declares: ['NOT_FOUND'] },
      { code: 'FORBIDDEN', status: 403, contract: { access: 'token' } },
      { code: 'VALIDATION_ERROR', status: 400, contract: { query: z.strictObject({}) } },
      { code: 'VALIDATION_ERROR', status: 400, contract: { headers: ['if-match'] } },
      { code: 'PAYLOAD_TOO_LARGE', status: 413, contract: withBody },
      { code: 'UNSUPPORTED_MEDIA_TYPE', status: 415, contract: withBody },
      { code: 'IDEMPOTENCY_KEY_REUSED', status: 409, contract: { idempotency: 'stored' } },
    ] as const;
    const answer = async (code: string, contract: object) => {
      const subject = route({
        method: 'POST',
        path: '/a',
        summary: 'Fails',
        access: 'public',
        responses: { 204: null },
        handler: () => {
          throw new ServiceError({ code, message: '' });
        },
        ...contract,
      });
      const { call } = await startService(context, [subject]);
      const body = 'body' in contract ? { json: 'x' } : {};
      return (await call('/a', { method: 'POST', claims: {}, ...body })).status;
    };
    for (const { code, status, ...given } of cases) {
      assert.equal(await answer(code, {}), 500, code);
      const contract = 'declares' in given ? { errors: given.declares } : given.contract;
      assert.equal(await answer(code, contract), status, code);
    }
    assert.equal(await answer('UNAVAILABLE', {}), 503);
  });

  it('fails when the handler answers nothing', async (context) => {
    assert.equal((await statusOf(context, answering(undefined), false)).status, 500);
  });

  it('takes errors of managers by their code, and only declared ones', async (context) => {
    const error = Object.assign(new Error('It is a teapot'), {
      code: 'TEAPOT',
      details: [{ pointer: '/a', rule: 'r', message: 'm' }],
    });
    const { call } = await startService(context, [answering(error, ['TEAPOT'])], { errors: { TEAPOT: 418 } });
    assert.partialDeepStrictEqual(errorOf(await call('/a')), {
      type: 'TEAPOT',
      message: 'It is a teapot',
      details: [{ pointer: '/a' }],
    });
    const foreign = Object.assign(new Error('inside'), { code: 'constructor' });
    const other = await startService(context, [answering(foreign)]);
    assert.equal((await other.call('/a')).status, 500);
  });

  it('is refused when it is wrong in itself', () => {
    const contract = {
      method: 'GET',
      path: '/a',
      summary: '',
      access: 'public',
      responses: { 204: null },
      handler: () => ({ status: 204 }),
    };
    for (const wrong of [
      { path: 'a' },
      { path: '/a/' },
      { path: '/a/:' },
      { method: 'get' },
      { responses: {} },
      { path: '/:id' },
    ]) {
      assert.throws(
        () => route({ ...contract, ...wrong } as unknown as RouteContract),
        TypeError,
        JSON.stringify(wrong),
      );
    }
  });

  it('is refused together with another one for the same path, or with errors that have no status', () => {
    const build = (routes: Route[]) =>
      createServiceServer({
        name: 'x',
        version: '1',
        routes,
        verifyToken,
        clock: createManualClock(),
        random: createSeededRandom({ seed: 1 }),
        log: createTestLog(),
      });
    assert.throws(() => build([answering({}), answering({})]), /declared twice/);
    assert.throws(() => build([answering({}, ['NO_SUCH_TYPE'])]), /has no status/);
    assert.throws(() => build([{ ...answering({}), idempotency: 'stored' }]), /idempotencyStore/);
    assert.doesNotThrow(() => build([answering({})]));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeAppSyncAuthorizerInput, makeAppSyncResolverInput, makeSqsInput } from '@verifiedfan/test-utils';
import {
  type AuthorizationRequest,
  appsyncAuthorizer,
  appsyncResolver,
  createHandler,
  defineWorker,
  type FieldRequest,
  RejectError,
  type Source,
} from '../../src/index.ts';
import { createTestHost } from '../support/host.ts';
import { CONTEXT, storedLetters } from '../support/workers.ts';

const asking = (id: unknown) => makeAppSyncResolverInput({ fieldName: 'campaign', arguments: { id } });
type Answer = (data: FieldRequest) => string;

const setUp = (answer: Answer) => {
  const host = createTestHost();
  const worker = defineWorker<FieldRequest, object>({
    purpose: 'Answers.',
    source: appsyncResolver('campaign'),
    reads: [],
    writes: [],
    services: () => ({}),
    answer: async ({ data }) => answer(data),
  });
  return { host, handler: createHandler({ name: 'campaign', worker, host }) };
};
const hello: Answer = (data) => {
  if (data.arguments.id === 'bad') throw new RejectError('the id is not one');
  return `hello ${String(data.arguments.id)}`;
};

describe('appsyncResolver', () => {
  it('decodes field, arguments, headers and what the authorizer said', () => {
    const event = makeAppSyncResolverInput({
      fieldName: 'campaign',
      parentTypeName: 'Query',
      arguments: { id: '9' },
      resolverContext: { sub: 'fan-1' },
      headers: { 'X-Correlation-Id': 'c-1' },
    });
    const [record] = appsyncResolver('campaign').decode(event, CONTEXT).records;
    assert.deepEqual(record?.data, {
      field: 'campaign',
      arguments: { id: '9' },
      context: { sub: 'fan-1' },
      headers: { 'x-correlation-id': 'c-1' },
    });
    assert.equal(record?.meta.correlation, 'c-1');
    assert.equal(record?.meta.position, 'Query.campaign');
  });

  it('replaces a correlation id that breaks its grammar', () => {
    const event = makeAppSyncResolverInput({ headers: { 'x-correlation-id': 'a b\nc' } });
    assert.equal(appsyncResolver('field').decode(event, CONTEXT).records[0]?.meta.correlation, 'invocation-1');
  });

  it('answers with the bare value, and throws what the worker throws', async () => {
    const { handler } = setUp(hello);
    assert.equal(await handler(asking('9')), 'hello 9');
    await assert.rejects(handler(asking('bad')), { name: 'RejectError', message: 'the id is not one' });
  });

  it('answers an array with as many answers in order, each failing for itself', async () => {
    const { handler } = setUp(hello);
    assert.deepEqual(await handler([asking('1'), asking('bad'), asking('3')]), [
      { data: 'hello 1' },
      { data: null, errorMessage: 'the id is not one', errorType: 'RejectError' },
      { data: 'hello 3' },
    ]);
    assert.deepEqual(await handler([asking('1')]), [{ data: 'hello 1' }]);
  });

  it('dead-letters nothing: the caller hears of it, and the request holds a token', async () => {
    const { handler, host } = setUp(hello);
    await assert.rejects(handler(asking('bad')));
    assert.deepEqual(await storedLetters(host), []);
  });

  it('recognises single and batched requests, and no other source', () => {
    const source = appsyncResolver('campaign');
    assert.ok(source.recognises(asking('1')));
    assert.ok(source.recognises([asking('1')]));
    for (const foreign of [makeAppSyncAuthorizerInput(), makeSqsInput([{ body: 1 }]), [], null])
      assert.ok(!source.recognises(foreign));
  });
});

describe('appsyncAuthorizer', () => {
  const source: Source<AuthorizationRequest> = appsyncAuthorizer();

  it('decodes the token, the API and the operation', () => {
    const event = makeAppSyncAuthorizerInput({
      authorizationToken: 'Bearer abc',
      operationName: 'Get',
      headers: { 'X-Correlation-Id': 'c-2' },
      requestId: 'r-1',
    });
    const [record] = source.decode(event, CONTEXT).records;
    assert.deepEqual(record?.data, { token: 'Bearer abc', apiId: 'abcdefghij', operation: 'Get' });
    assert.equal(record?.meta.correlation, 'c-2');
    assert.equal(record?.meta.position, 'authorizer/r-1');
  });

  it('takes events from before headers and operation names were sent', () => {
    const { requestHeaders: _headers, ...old } = makeAppSyncAuthorizerInput();
    const [record] = source.decode(old, CONTEXT).records;
    assert.deepEqual(record?.data, { token: 'Bearer token', apiId: 'abcdefghij' });
    assert.equal(record?.meta.correlation, 'invocation-1');
  });

  it('recognises no resolver event', () => assert.ok(!source.recognises(asking('1'))));
});

import assert from 'node:assert/strict';
import { Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createGate, createManualClock, createSeededRandom, request } from '@verifiedfan/test-utils';
import { createGraphqlGateway, type GraphqlGatewayOptions, schema } from '../src/index.ts';
import { errorTypes, eventOf, startGateway } from './set-up.ts';

const QUERY = '{ lookupPhoneScore(phone: "1") { score } }';
const typeOf = (text: string): string =>
  (JSON.parse(text) as { errors: { errorType: string }[] }).errors[0]?.errorType ?? '';

const answerOf = async (outgoing: ClientRequest): Promise<{ status?: number; connection?: string }> => {
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
  // The server closes a connection whose request was never ended.
  outgoing.on('error', () => {});
  await readText(incoming);
  const { statusCode: status, headers } = incoming;
  return { status, connection: headers.connection } as { status?: number; connection?: string };
};

describe('the HTTP side of the gateway', () => {
  it('is healthy, and has nothing elsewhere', async (test) => {
    const { url } = await startGateway(test);
    assert.equal((await request({ url: `${url}/health` })).text, '{"data":{"status":"ok"}}');
    assert.equal((await request({ url: `${url}/health`, method: 'DELETE' })).status, 405);
    assert.equal((await request({ url: `${url}/elsewhere` })).status, 404);
  });

  it('takes nothing but POST with JSON', async (test) => {
    const { url, calls } = await startGateway(test);
    const got = await request({ url: `${url}/graphql?query=${encodeURIComponent(QUERY)}` });
    assert.deepEqual([got.status, got.headers.allow], [405, 'POST']);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { 'content-type': type };
      assert.equal((await request({ url: `${url}/graphql`, body: `{"query":"${QUERY}"}`, headers })).status, 415, type);
    }
    assert.equal(calls.values.length, 0);
  });

  it('says what is wrong with a body', async (test) => {
    const { url, post } = await startGateway(test);
    const headers = { 'content-type': 'application/json' };
    const broken = await request({ url: `${url}/graphql`, body: '{"query":', headers });
    const answers = [broken, await post([{ query: QUERY }]), await post({}), await post({ query: ' ' })];
    answers.push(await post({ query: QUERY, variables: [1] }), await post({ query: QUERY, operationName: 1 }));
    for (const { status, text } of answers) {
      assert.deepEqual([status, typeOf(text)], [400, 'MalformedHttpRequestException']);
    }
    const nulls = await post({ query: QUERY, variables: null, operationName: null, extensions: { a: 1 } });
    assert.equal(nulls.status, 200);
  });

  it('refuses a body over its limit, announced or not', async (test) => {
    const { url } = await startGateway(test, { maxBodyBytes: 1000 });
    const headers = { 'content-type': 'application/json' };
    const announced = await request({ url: `${url}/graphql`, body: ' '.repeat(1001), headers });
    assert.deepEqual([announced.status, typeOf(announced.text)], [413, 'RequestTooLarge']);
    const agent = new Agent({ keepAlive: true });
    test.after(() => agent.destroy());
    const outgoing = send(`${url}/graphql`, { method: 'POST', agent, headers });
    const answered = answerOf(outgoing);
    // Not ended: the refusal must not wait for the rest, and the connection must not be used again.
    outgoing.write(' '.repeat(1200));
    assert.deepEqual(await answered, { status: 413, connection: 'close' });
    const fitting = await request({ url: `${url}/graphql`, json: { query: QUERY } });
    assert.equal(fitting.status, 200);
  });

  it('has an address only while it listens', async (test) => {
    const { gateway, url } = await startGateway(test);
    await assert.rejects(gateway.listen(), { code: 'already_listening' });
    const other = createGraphqlGateway(bare());
    await assert.rejects(other.listen({ port: Number(new URL(url).port) }), { code: 'EADDRINUSE' });
    assert.throws(() => other.url, { code: 'not_listening' });
    await other.close();
  });

  it('answers what it has begun before it closes', async (test) => {
    const gate = createGate();
    const wait = () => gate.wait().then(() => ({ score: 1 }));
    const { calls, gateway, url } = await startGateway(test, { workers: { lookupPhoneScore: wait } });
    const agent = new Agent({ keepAlive: true });
    test.after(() => agent.destroy());
    const headers = { 'content-type': 'application/json' };
    const outgoing = send(`${url}/graphql`, { method: 'POST', agent, headers });
    const answer = answerOf(outgoing);
    outgoing.end(JSON.stringify({ query: QUERY }));
    await calls.first(1);
    const closed = gateway.close();
    gate.open();
    assert.deepEqual(await answer, { status: 200, connection: 'close' });
    await closed;
  });
});

describe('the limits of a query', () => {
  it('hold for depth, fields, aliases and the length of the text', async (test) => {
    const limits = { maxDepth: 2, maxFields: 4, maxAliases: 1, maxTokens: 60 };
    const { query, calls } = await startGateway(test, { limits });
    const campaign = (fields: string) => query(`{ campaignByEventId(eventId: "x") { ${fields} } }`);
    const limited = ['QueryLimitExceeded'];
    assert.deepEqual(errorTypes(await campaign('markets { eventId }')), limited);
    assert.deepEqual(errorTypes(await campaign('... on Campaign { ... on Campaign { id } }')), []);
    assert.deepEqual(errorTypes(await campaign('id name status open')), limited);
    assert.deepEqual(errorTypes(await campaign('id name status')), []);
    assert.deepEqual(errorTypes(await campaign('a: id b: id')), limited);
    assert.deepEqual(errorTypes(await campaign('a: id')), []);
    assert.deepEqual(errorTypes(await campaign('id '.repeat(70))), ['SyntaxError']);
    assert.equal(calls.values.length, 3);
  });

  it('count fragments as often as they are spread, in no time', async (test) => {
    const { query } = await startGateway(test);
    const doubled = Array.from({ length: 40 }, (_, n) => `fragment f${n} on Campaign { ...f${n + 1} ...f${n + 1} }`);
    const text = `{ campaignByEventId(eventId: "x") { ...f0 } } ${doubled.join(' ')} fragment f40 on Campaign { id }`;
    assert.deepEqual(errorTypes(await query(text)), ['QueryLimitExceeded']);
  });

  it('do not stumble over fragments in a circle', async (test) => {
    const { query } = await startGateway(test);
    const text =
      '{ campaignByEventId(eventId: "x") { ...a } } fragment a on Campaign { ...b } fragment b on Campaign { ...a }';
    assert.ok(errorTypes(await query(text)).every((type) => type === 'ValidationError'));
  });
});

describe('a request that GraphQL refuses', () => {
  it('gets HTTP 200, no data and the type of the error', async (test) => {
    const { post } = await startGateway(test);
    const answer = await post({ query: '{ lookupPhoneScore { score } }' });
    assert.equal(answer.status, 200);
    const { data, errors } = answer.json() as { data: null; errors: { errorType: string; locations: object[] }[] };
    assert.equal(data, null);
    assert.deepEqual(
      errors.map(({ errorType }) => errorType),
      ['ValidationError'],
    );
    assert.deepEqual(errors[0]?.locations, [{ line: 1, column: 3 }]);
    const syntax = await post({ query: '{' });
    assert.deepEqual(errorTypes(syntax.json() as never), ['SyntaxError']);
    const variable = await post({ query: 'query ($p: String!) { lookupPhoneScore(phone: $p) { score } }' });
    assert.deepEqual(errorTypes(variable.json() as never), ['ValidationError']);
  });
});

describe('introspection', () => {
  const ask = '{ __schema { queryType { name } } }';

  it('is off, and errors suggest no names, unless it is switched on', async (test) => {
    const { query } = await startGateway(test);
    assert.deepEqual(new Set(errorTypes(await query(ask))), new Set(['ValidationError']));
    const misspelt = await query('{ lookupPhoneScor(phone: "1") { score } }');
    assert.doesNotMatch(misspelt.errors?.[0]?.message ?? '', /Did you mean|lookupPhoneScore/);
    assert.deepEqual((await query('{ __typename }')).data, { __typename: 'Query' });
  });

  it('answers when it is on', async (test) => {
    const { query } = await startGateway(test, { introspection: true });
    assert.deepEqual((await query(ask)).data, { __schema: { queryType: { name: 'Query' } } });
    const misspelt = await query('{ lookupPhoneScor(phone: "1") { score } }');
    assert.match(misspelt.errors?.[0]?.message ?? '', /Did you mean/);
  });
});

describe('GraphiQL', () => {
  it('is a page only when it is switched on', async (test) => {
    const { url } = await startGateway(test, { graphiql: true });
    const page = await request({ url: `${url}/graphql` });
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
    assert.match(page.text, /graphiql/i);
  });
});

const bare = (options: Partial<GraphqlGatewayOptions> = {}): GraphqlGatewayOptions => ({
  schema,
  invoke: async () => null,
  clock: createManualClock(),
  random: createSeededRandom({ seed: 1 }),
  log: { debug() {}, warn() {}, error() {} },
  ...options,
});

describe('what a gateway is made of', () => {
  it('is checked: the schema, and that its fields and workers fit each other', async () => {
    const wrong = [
      { typeDefs: 'type Query {', workers: {} },
      { typeDefs: 'type Query { a: Int }', workers: {} },
      { typeDefs: 'type Query { a: Int }', workers: { 'Query.a': 'a', 'Query.b': 'b' } },
      { typeDefs: 'type Query { a: Int } type Mutation { b: Int }', workers: { 'Query.a': 'a' } },
    ];
    for (const each of wrong) {
      const gateway = createGraphqlGateway(bare({ schema: each, preload: true }));
      await assert.rejects(gateway.listen(), { code: 'invalid_schema' });
    }
  });

  it('is checked: limits are whole numbers of at least 1', () => {
    assert.throws(() => createGraphqlGateway(bare({ limits: { maxDepth: 0 } })), { code: 'invalid_option' });
    assert.throws(() => createGraphqlGateway(bare({ maxBodyBytes: 1.5 })), { code: 'invalid_option' });
  });

  it('may be a schema of nested workers, which get their parent as source', async (test) => {
    const nested = {
      typeDefs: 'type Query { doc: Doc } type Doc { id: ID owner: Owner } type Owner { name: String }',
      workers: { 'Query.doc': 'getDoc', 'Doc.owner': 'getOwner' },
    };
    const workers = {
      getDoc: () => ({ id: 'd1', ownerId: 'o1' }),
      getOwner: ({ source }: { source: { ownerId: string } }) => ({ name: `owner ${source.ownerId}` }),
    };
    const { query, calls } = await startGateway(test, { schema: nested, workers: workers as never });
    assert.deepEqual((await query('{ doc { id owner { name } } }')).data, {
      doc: { id: 'd1', owner: { name: 'owner o1' } },
    });
    const { info } = eventOf<{ info: { parentTypeName: string; fieldName: string } }>(calls, 1);
    assert.deepEqual([info.parentTypeName, info.fieldName], ['Doc', 'owner']);
  });
});

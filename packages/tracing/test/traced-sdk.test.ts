import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TracedSdk } from '../src/index.ts';
import { setUp } from './set-up.ts';

class PutItemCommand {
  readonly input = { email: 'ada@example.com' };
}

class Client {
  #calls = 0;
  readonly config = { region: 'x' };
  async get(key: string): Promise<string> {
    this.#calls += 1;
    return this.twice(key);
  }
  twice(text: string): string {
    return text + text;
  }
  async send(_command: object): Promise<number> {
    this.#calls += 1;
    return this.#calls;
  }
  fail(): never {
    throw new RangeError('no');
  }
  get calls(): number {
    return this.#calls;
  }
}

describe('TracedSdk', () => {
  it('makes a span per call, keeps private state and gives the same answers', async () => {
    await using estate = await setUp();
    const { tracer, tracing, receiver } = estate;
    const client = TracedSdk({ tracer, sdk: new Client(), name: 'dynamodb' });
    assert.equal(await client.get('a'), 'aa');
    assert.equal(await client.send(new PutItemCommand()), 2);
    assert.equal(await client.send(Object.create(null) as object), 3);
    assert.throws(() => client.fail(), RangeError);
    assert.equal(client.calls, 3);
    assert.equal(client.config.region, 'x');
    assert.equal(client.get, client.get);
    assert.ok(client instanceof Client);
    await tracing.flush();
    assert.deepEqual(
      receiver.spans().map(({ name, status }) => [name, status.code]),
      [
        ['dynamodb.get', 0],
        ['dynamodb.PutItem', 0],
        ['dynamodb.send', 0],
        ['dynamodb.fail', 2],
      ],
    );
    assert.doesNotMatch(receiver.requests[0]?.text ?? '', /example/);
    assert.equal(client.constructor, Client);
  });

  it('tells the name and the code of an error, never its text, and no failure of one that was expected', async () => {
    await using estate = await setUp();
    const errors = [
      Object.assign(new Error("Key (email)=('Ada Lovelace') exists"), { name: 'DuplicateError', code: 11_000 }),
      Object.assign(new Error('SELECT * FROM fans'), { name: 'a text with Lovelace', code: 'also Lovelace' }),
      Object.assign(new Error('Lovelace'), { name: 'ConditionalCheckFailedException' }),
    ];
    const client = TracedSdk({
      tracer: estate.tracer,
      sdk: {
        send: async (): Promise<void> => {
          throw errors.shift();
        },
      },
      name: 'x',
      isExpected: (error) => error instanceof Error && error.name === 'ConditionalCheckFailedException',
    });
    for (const name of ['DuplicateError', 'a text with Lovelace', 'ConditionalCheckFailedException']) {
      await assert.rejects(client.send(), { name });
    }
    await estate.tracing.flush();
    assert.deepEqual(
      estate.receiver.spans().map(({ status }) => status),
      [{ code: 2, message: 'DuplicateError 11000' }, { code: 2, message: 'Error' }, { code: 0 }],
    );
    const text = estate.receiver.requests.map((request) => request.text).join();
    assert.doesNotMatch(text, /Lovelace|SELECT/);
    assert.match(text, /"verifiedfan.refused"/);
  });

  it('traces only the chosen methods, and survives frozen clients and lazy answers', async () => {
    await using estate = await setUp();
    let started = 0;
    const lazy = { run: () => Object.fromEntries([['then', () => (started += 1)]]) };
    const frozen = TracedSdk({ tracer: estate.tracer, sdk: Object.freeze({ ping: () => 'pong' }), name: 'frozen' });
    const chosen = TracedSdk({ tracer: estate.tracer, sdk: new Client(), name: 'client', methods: ['twice'] });
    assert.equal(frozen.ping(), 'pong');
    TracedSdk({ tracer: estate.tracer, sdk: lazy, name: 'lazy' }).run();
    assert.equal(started, 0);
    assert.equal(await chosen.get('a'), 'aa');
    chosen.twice('a');
    await estate.tracing.flush();
    assert.deepEqual(
      estate.receiver.spans().map(({ name }) => name),
      ['lazy.run', 'client.twice'],
    );
  });
});

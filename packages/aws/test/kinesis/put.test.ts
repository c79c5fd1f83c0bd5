import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { createGate, createProbe } from '@verifiedfan/test-utils';
import type { KinesisUse } from '../../src/index.ts';
import { openStream, recordsOf, storing, textsOf } from './support.ts';

const THROTTLED = 'ProvisionedThroughputExceededException';
const entry = (text: string) => ({ partitionKey: text.charAt(0), data: text });
const entries = (...texts: string[]) => texts.map(entry);
const codesOf = (results: readonly object[]) =>
  results.map((result) => ('error' in result && result.error instanceof PortError ? result.error.code : 'stored'));

describe('putting records to Kinesis', () => {
  it('sends again only what was refused, and answers in place', async (test) => {
    const PutRecords = storing((text, count) => (text === 'b1' && count < 3 ? THROTTLED : undefined));
    const { stream, inputsOf } = await openStream(test, { PutRecords });
    const results = await stream.putMany(entries('a1', 'b1', 'c1'));
    assert.deepEqual(inputsOf('PutRecords').map(textsOf), [['a1', 'b1', 'c1'], ['b1'], ['b1']]);
    assert.deepEqual(
      results.map((result) => ('sequence' in result ? result.sequence : result)),
      ['1000', '3000', '1002'],
    );
  });

  it('keeps the order of a key when one of its records is refused at first', async (test) => {
    const PutRecords = storing((text, count) => (text === 'a1' && count === 1 ? 'InternalFailure' : undefined));
    const { stream, inputsOf } = await openStream(test, { PutRecords });
    await stream.putMany(entries('a1', 'a2', 'b1', 'a3'));
    const order = inputsOf('PutRecords').flatMap(textsOf);
    assert.deepEqual(
      order.filter((text) => text.startsWith('a')),
      ['a1', 'a1', 'a2', 'a3'],
    );
    for (const input of inputsOf('PutRecords')) {
      const keys = recordsOf(input).map(({ PartitionKey }) => PartitionKey);
      assert.equal(new Set(keys).size, keys.length, 'a request holds one record of a key');
    }
  });

  it('does not send what is behind a record that was given up', async (test) => {
    const PutRecords = storing((text) => (text === 'a1' ? THROTTLED : undefined));
    const { stream, inputsOf } = await openStream(test, { PutRecords }, { attempts: 3 });
    const results = await stream.putMany(entries('a1', 'b1', 'a2'));
    assert.deepEqual(codesOf(results), ['throttled', 'stored', 'unavailable']);
    const sent = inputsOf('PutRecords').flatMap(textsOf);
    assert.equal(sent.filter((text) => text === 'a1').length, 3);
    assert.ok(!sent.includes('a2'));
  });

  it('does not repeat a refusal that cannot pass', async (test) => {
    const PutRecords = storing((text) => (text === 'a1' ? 'ResourceNotFoundException' : undefined));
    const { stream, inputsOf } = await openStream(test, { PutRecords });
    assert.deepEqual(codesOf(await stream.putMany(entries('a1', 'b1'))), ['not_found', 'stored']);
    assert.equal(inputsOf('PutRecords').length, 1);
  });

  it('lets overlapping calls take turns at the keys they share, and no others', async (test) => {
    const gate = createGate();
    const sent = createProbe<string>();
    const store = storing();
    const { stream, inputsOf } = await openStream(test, {
      PutRecords: async (input, count) => {
        for (const text of textsOf(input)) sent.note(text);
        if (count === 1) await gate.wait();
        return store(input, count);
      },
    });
    const first = stream.putMany(entries('a1', 'b1'));
    await sent.first(2);
    const second = stream.putMany(entries('a2'));
    await stream.putMany(entries('c1'));
    assert.deepEqual(sent.values, ['a1', 'b1', 'c1']);
    gate.open();
    await Promise.all([first, second]);
    assert.deepEqual(inputsOf('PutRecords').flatMap(textsOf), ['a1', 'b1', 'c1', 'a2']);
  });

  it('fills requests with 500 records or 5 MiB with their keys', async (test) => {
    const { stream, inputsOf } = await openStream(test, { PutRecords: storing() }, { concurrency: 1 });
    await stream.putMany(Array.from({ length: 1_001 }, (_, index) => ({ partitionKey: `k${index}`, data: '' })));
    assert.deepEqual(
      inputsOf('PutRecords').map((input) => recordsOf(input).length),
      [500, 500, 1],
    );
    const data = 'x'.repeat(1_048_576 - 2);
    await stream.putMany(Array.from({ length: 6 }, (_, index) => ({ partitionKey: `k${index}`, data })));
    assert.deepEqual(
      inputsOf('PutRecords')
        .slice(3)
        .map((input) => recordsOf(input).length),
      [5, 1],
    );
  });

  it('keeps to its number of requests under way', async (test) => {
    let underWay = 0;
    let most = 0;
    const store = storing();
    const { stream } = await openStream(
      test,
      {
        PutRecords: async (input, count) => {
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => setTimeout(resolve, 5));
          underWay -= 1;
          return store(input, count);
        },
      },
      { concurrency: 2 },
    );
    await stream.putMany(Array.from({ length: 3_000 }, (_, index) => ({ partitionKey: `k${index}`, data: '' })));
    assert.equal(most, 2);
  });

  it('leaves a request that failed as a whole to the attempts of the SDK', async (test) => {
    const { stream, inputsOf } = await openStream(test, { PutRecords: () => ({ error: THROTTLED }) });
    assert.deepEqual(codesOf(await stream.putMany(entries('a1', 'b1'))), ['throttled', 'throttled']);
    assert.equal(inputsOf('PutRecords').length, 1);
  });

  it('sends a request again whose connection was lost, as often as the SDK is told', async (test) => {
    const uses: KinesisUse[] = [];
    const store = storing();
    const { stream, inputsOf } = await openStream(
      test,
      { PutRecords: (input, count) => (count === 1 ? 'hang up' : store(input, count)) },
      { maxAttempts: 2, onUse: (use) => uses.push(use) },
    );
    assert.deepEqual(codesOf(await stream.putMany(entries('a1'))), ['stored']);
    assert.deepEqual(inputsOf('PutRecords').map(textsOf), [['a1'], ['a1']]);
    assert.deepEqual(
      uses.map(({ requests, records }) => [requests, records]),
      [[2, 1]],
    );
  });

  it('says that the outcome is unknown when the connection is lost every time', async (test) => {
    const { stream } = await openStream(test, { PutRecords: () => 'hang up' });
    assert.deepEqual(codesOf(await stream.putMany(entries('a1'))), ['unavailable']);
  });

  it('believes no answer of another length, and none that is not JSON', async (test) => {
    const answers = [{ body: { Records: [] } }, { body: {} }, { text: '<html>' }];
    const { stream, inputsOf } = await openStream(test, {
      PutRecords: (_, count) => answers[count - 1] ?? { body: { Records: [{}] } },
    });
    for (const text of ['a1', 'a2', 'a3', 'a4']) {
      const [code] = codesOf(await stream.putMany(entries(text)));
      assert.notEqual(code, 'stored', text);
    }
    assert.equal(inputsOf('PutRecords').length, 4);
  });

  it('says that credentials are wrong without showing them', async (test) => {
    const { stream } = await openStream(test, { PutRecords: () => ({ error: 'UnrecognizedClientException' }) });
    const [result] = await stream.putMany(entries('a1'));
    assert.ok(result && 'error' in result && result.error instanceof PortError);
    assert.deepEqual([result.error.code, result.error.retryable], ['validation', false]);
    assert.equal(
      result.error.message,
      'PutRecords on stream scores failed: UnrecognizedClientException (request request-1)',
    );
  });

  it('sends nothing of a call with an entry over a limit', async (test) => {
    const { stream, calls } = await openStream(test, { PutRecords: storing() });
    const good = entry('a1');
    const bad = [
      { partitionKey: '', data: '' },
      { partitionKey: '🎟'.repeat(257), data: '' },
      { partitionKey: '\ud800', data: '' },
      { partitionKey: 'a', data: '\udfff' },
    ];
    for (const one of bad) await assert.rejects(stream.putMany([good, one]), { code: 'validation' });
    const large = { partitionKey: 'a', data: new Uint8Array(1_048_576) };
    await assert.rejects(stream.putMany([good, large]), { code: 'too_large' });
    assert.deepEqual(calls, []);
  });

  it('tells what was written, in units of 25 KB too', async (test) => {
    const uses: KinesisUse[] = [];
    const PutRecords = storing((text) => (text === 'b1' ? 'ResourceNotFoundException' : undefined));
    const { stream } = await openStream(test, { PutRecords }, { onUse: (use) => uses.push(use) });
    await stream.putMany([entry('b1'), { partitionKey: 'c', data: 'x'.repeat(25 * 1_024) }, entry('d1')]);
    assert.deepEqual(uses, [{ operation: 'PutRecords', requests: 1, records: 2, bytes: 25 * 1_024 + 4, units: 3 }]);
  });
});

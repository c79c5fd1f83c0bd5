import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithCorrelation } from '@verifiedfan/correlation';
import { createGenerator, findPersonalData } from '@verifiedfan/test-utils';
import { createTracing } from '../src/index.ts';
import { scrubAttributes, scrubText } from '../src/scrub.ts';
import { startReceiver } from './receiver.ts';

describe('what leaves the process', () => {
  it('holds no e-mail address, phone number, secret or query, wherever it was put', async () => {
    await using receiver = await startReceiver();
    const tracing = await createTracing({ serviceName: 'x', ...receiver.collector });
    const users = Array.from({ length: 20 }, createGenerator({ seed: 'scrub' }).user);
    for (const { email, phone } of users) {
      const attributes = {
        who: email,
        'user.phone': phone,
        list: [email, phone],
        nested: { deep: { email, text: phone } },
        'url.full': `https://x.example/path?fan=${email}&q=private-query`,
        'url.query': 'q=private-query',
        'http.target': `/path?q=private-query#${phone}`,
        'http.request.header.authorization': 'Bearer s3cr3t',
        [email]: 1,
      };
      const failing = runWithCorrelation({ correlation: 'abc' }, () =>
        tracing.span({ name: `send to ${email}`, attributes }, async (span) => {
          span.addEvent(`queued ${phone}`, { to: email });
          span.addLink({ context: span.spanContext(), attributes: { to: email } });
          throw new Error(`no route to ${phone}`, { cause: new Error(email) });
        }),
      );
      await assert.rejects(failing);
    }
    assert.equal(await tracing.flush(), true);
    await tracing.shutdown();
    assert.equal(receiver.spans().length, users.length);
    const text = receiver.requests.map((request) => request.text).join('\n');
    const people = { emails: users.map(({ email }) => email), phones: users.map(({ phone }) => phone) };
    assert.deepEqual(findPersonalData(text, people), []);
    assert.doesNotMatch(text, /s3cr3t|private-query/);
  });
});

describe('scrubbing', () => {
  it('keeps what tells something and nobody’s secret', () => {
    const attributes = {
      'url.full': 'https://x.example/campaigns/tour-2027',
      'url.path': '/campaigns/tour-2027',
      sequence: '49590338271490256608559692538361571095921575989136588898',
      'db.rows': 7,
      cached: false,
      ids: ['a', 'b'],
    };
    assert.deepEqual(scrubAttributes(attributes), attributes);
    assert.equal(scrubText('why? because'), 'why? because');
  });

  it('cuts queries and fragments off URLs and paths, and bounds what is long, deep or binary', () => {
    assert.equal(scrubText('GET https://x.example/a?b=c#d failed'), 'GET https://x.example/a failed');
    assert.equal(scrubText('/a/b?c=d e'), '/a/b');
    assert.equal(scrubText('x'.repeat(5_000)).length, 2_049);
    let deep: unknown = 1;
    for (let level = 0; level < 100; level += 1) deep = [deep];
    assert.ok(JSON.stringify(scrubAttributes({ deep })).includes('[cut]'));
    assert.deepEqual(scrubAttributes({ bytes: new Uint8Array(3), nothing: null }), { bytes: '[3 bytes]' });
  });
});

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createLog } from '@verifiedfan/log';
import { type Cache, PortError } from '@verifiedfan/ports';
import { createSandbox, SANDBOX_TELESIGN, telesignStandIn } from '@verifiedfan/sandbox';
import { createTelesign, TelesignError } from '@verifiedfan/telesign';
import {
  createLogCapture,
  createSeededRandom,
  findPersonalData,
  makeAppSyncResolverInput,
} from '@verifiedfan/test-utils';
import { workers } from '../index.ts';
import { createTestClock } from './support/clock.ts';
import { withServices } from './support/host.ts';
import { openTestPlatform } from './support/platform.ts';
import { makeSetting } from './support/setting.ts';

const PHONE = '+12025550147';
const MAY = { permissions: 'phone:score' };
type Answer = { score: number | null; level: string | null; recommendation: string | null; reason: string | null };

const setUp = async (context: TestContext, replace: Readonly<Record<string, unknown>> = {}) => {
  const clock = createTestClock();
  const platform = openTestPlatform(context, { clock });
  const random = createSeededRandom({ seed: 'telesign' });
  const sandbox = createSandbox({ clock, random, standIns: [telesignStandIn()] });
  const baseUrl = `${await sandbox.listen()}/telesign`;
  context.after(() => sandbox.close());
  const risk = createTelesign({ ...SANDBOX_TELESIGN, baseUrl, clock, random });
  context.after(() => risk.close());
  const captured = createLogCapture();
  const log = createLog({ service: 'test', level: 'trace', clock, destination: captured });
  const setting = makeSetting(context, { platform, endpoint: () => baseUrl, log });
  const worker = withServices(workers.lookupPhoneScore, { risk, ...replace });
  const ask = (phone: unknown, caller: Record<string, string> = MAY) =>
    setting.run<Answer>(
      'lookupPhoneScore',
      makeAppSyncResolverInput({ arguments: { phone }, resolverContext: caller, fieldName: 'lookupPhoneScore' }),
      worker,
    );
  const telesign = sandbox.standIn('telesign');
  return { ...setting, ask, telesign, clock, output: () => captured.text() };
};

const refusal = (code: number): string => JSON.stringify({ status: { code, description: `no score for ${PHONE}` } });

describe('lookupPhoneScore', () => {
  it('answers score, level and recommendation', async (context) => {
    const { ask } = await setUp(context);
    const { score, level, recommendation, reason } = await ask(PHONE);
    assert.ok(Number.isSafeInteger(score) && typeof level === 'string' && typeof recommendation === 'string');
    assert.equal(reason, null);
  });

  it('asks once a day for one number, however it is written, since every look-up is billed', async (context) => {
    const { ask, telesign, clock } = await setUp(context);
    const answers = [await ask(PHONE), await ask('+1 (202) 555-01.47'), await ask(PHONE)];
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
    assert.equal(telesign.requests().requests.length, 1);
    clock.advance(86_400_001);
    await ask(PHONE);
    assert.equal(telesign.requests().requests.length, 2);
  });

  it('refuses callers without the permission before anything is asked', async (context) => {
    const { ask, telesign } = await setUp(context);
    const callers: Record<string, string>[] = [
      {},
      { permissions: '' },
      { permissions: 'phone:scores x' },
      { supreme: 'false' },
    ];
    for (const caller of callers) await assert.rejects(ask(PHONE, caller), /permission phone:score is missing/);
    assert.equal(telesign.requests().requests.length, 0);
    assert.equal((await ask(PHONE, { supreme: 'true' })).reason, null);
  });

  for (const phone of [
    '',
    '12025550147',
    '+1202',
    `+${'1'.repeat(16)}`,
    '+1202555014x',
    12025550147,
    null,
    undefined,
    {},
    ['+12025550147'],
  ]) {
    it(`refuses ${JSON.stringify(phone)}`, async (context) => {
      const { ask } = await setUp(context);
      await assert.rejects(ask(phone), { message: 'phone must be + and 8 to 15 digits' });
    });
  }

  const outages = {
    'too many calls a second': { fault: { status: 429, body: refusal(10019) }, calls: 3, reason: 'rate_limited' },
    'the quota is used up, which no repetition helps': {
      fault: { status: 429, body: refusal(10020) },
      calls: 1,
      reason: 'quota_exceeded',
    },
    'TeleSign breaks': { fault: { status: 500, body: PHONE }, calls: 3, reason: 'unavailable' },
    'the connection breaks': { fault: { reset: true }, calls: 3, reason: 'unavailable' },
    'the answer is no JSON': { fault: { status: 200, body: `<html>${PHONE}` }, calls: 1, reason: 'invalid_response' },
  };
  for (const [what, { fault, calls, reason }] of Object.entries(outages)) {
    it(`has no score, says why, and keeps nothing when ${what}`, async (context) => {
      const { ask, telesign, output, letters } = await setUp(context);
      telesign.addFault({ route: 'intelligence', times: calls, ...fault });
      assert.deepEqual(await ask(PHONE), { score: null, level: null, recommendation: null, reason });
      assert.equal(telesign.requests().requests.length, calls);
      assert.equal((await ask(PHONE)).reason, null);
      const written = `${output()}${JSON.stringify(await letters())}`;
      assert.match(written, new RegExp(reason));
      assert.deepEqual(findPersonalData(written, { phones: [PHONE] }), []);
    });
  }

  it('has no score when TeleSign does not answer in time', async (context) => {
    const score = async () => {
      throw new TelesignError('unavailable');
    };
    const { ask } = await setUp(context, { risk: { score } });
    assert.equal((await ask(PHONE)).reason, 'unavailable');
  });

  it('says nothing of the number where it fails or refuses', async (context) => {
    const { ask, output } = await setUp(context);
    await assert.rejects(ask(PHONE, {}));
    await assert.rejects(ask(`${PHONE}00000`));
    assert.deepEqual(findPersonalData(output(), { phones: [PHONE] }), []);
  });

  it('answers without its cache, too', async (context) => {
    const broken = async () => {
      throw new PortError({ code: 'unavailable', message: 'the cache is down' });
    };
    const cache: Cache = { get: broken, set: broken, delete: broken };
    const { ask, telesign } = await setUp(context, { cache });
    assert.equal((await ask(PHONE)).reason, null);
    assert.equal(telesign.requests().requests.length, 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { outcomeOf, RIGHTS, ROLES, type Role } from '../../src/rights/index.ts';
import { SAMPLES } from '../rights-samples.ts';
import { startWithPartners } from './set-up.ts';

/** Things that the stand-ins have. */
const THINGS: Readonly<Record<string, string>> = {
  artistId: 'K8vSand0000',
  venueId: 'KovSand00M5',
  eventId: 'vvSand0000',
  path: 'config/limits.json',
};

/** Routes that answer NOT_CONFIGURED in `rights.test.ts`, where nobody is behind them. */
const ROWS = Object.entries(RIGHTS).filter(([key]) => /^\w+ \/(?:artists|venues|events|admin)\b/.test(key));

const callCell = async (context: TestContext, role: Role) => {
  const { call, service } = await startWithPartners(context);
  for (const [key, rule] of ROWS) {
    const [method = '', template = ''] = key.split(' ');
    const path = template.replaceAll(/:(\w+)/g, (_all, name: string) => encodeURIComponent(THINGS[name] ?? ''));
    const json = Object.hasOwn(SAMPLES, key) ? SAMPLES[key]?.json : undefined;
    const claims = role.claims?.('tour-2027');
    const answer = await call(path, {
      method,
      ...(json === undefined ? {} : { json }),
      ...(claims === undefined ? { headers: { authorization: '' } } : { claims }),
    });
    const expected = outcomeOf(rule, role);
    const declared =
      service.routes.find((route) => route.method === method && route.path === template)?.responses ?? {};
    const statuses = expected === 'allowed' ? Object.keys(declared).map(Number) : [expected];
    assert.ok(
      statuses.includes(answer.status),
      `${key} as ${role.name}: ${answer.status} ${answer.text.slice(0, 200)}`,
    );
  }
};

describe('the rights on what partners have', () => {
  it('are on the routes of the catalogue and of the configuration', () => {
    assert.equal(ROWS.length, 8);
  });

  for (const role of ROLES) {
    it(`are as the table says, with an answer of the partner for those let in: ${role.name}`, async (context) => {
      await callCell(context, role);
    });
  }
});

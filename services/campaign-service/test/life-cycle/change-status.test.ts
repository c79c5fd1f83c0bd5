import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowedOf, CREATOR, STRANGER } from '../fixtures.ts';
import { dataOf, errorOf } from '../support.ts';
import { counts, DAY_MS, startWithDestinations } from './support.ts';

const PAST = { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' };
const RUNNING = { open: '2026-01-01T00:00:00Z', close: '2026-02-01T00:00:00Z' };

describe('the status of a campaign, by people', () => {
  it('is OPEN again behind reopen, and stays so until a new close comes', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ date: PAST });
    await service.refresh();
    const answer = await service.change('reopen', { ifMatch: '"3"' });
    assert.deepEqual([answer.status, answer.headers.etag], [200, '"4"']);
    assert.partialDeepStrictEqual(dataOf(answer), { status: 'OPEN', version: 4 });
    const { date } = await service.read();
    assert.deepEqual(date, { open: '2026-01-01T00:00:00.000Z', opened: '2026-01-05T10:00:00.000Z' });
    assert.deepEqual(counts(await service.refresh()), [0, 0, 0, 0, 0]);
    await service.patch({ date: { close: '2026-01-06T00:00:00Z' } });
    await service.clock.advance(DAY_MS);
    assert.deepEqual(counts(await service.refresh()), [0, 1, 0, 0, 0]);
    const [, , , reopened] = await service.events();
    assert.equal(reopened, 'tour-2027 reopened');
  });

  it('keeps a close that is still to come', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ date: PAST });
    await service.refresh();
    await service.patch({ date: { close: '2026-02-01T00:00:00Z' } });
    await service.change('reopen');
    assert.equal((await service.read()).date.close, '2026-02-01T00:00:00.000Z');
  });

  it('is DRAFT again behind postpone, until a new open comes', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ date: RUNNING, domain: { site: 'tour.example.com' } });
    await service.refresh();
    assert.equal((await service.change('postpone')).status, 200);
    const { status, date, domain } = await service.read();
    assert.deepEqual(
      [status, date, domain],
      ['DRAFT', { close: '2026-02-01T00:00:00.000Z' }, { site: 'tour.example.com' }],
    );
    assert.deepEqual(counts(await service.refresh()), [0, 0, 0, 0, 0]);
    await service.patch({ date: { open: '2026-01-06T00:00:00Z' } });
    await service.clock.advance(DAY_MS);
    assert.deepEqual(counts(await service.refresh()), [1, 0, 0, 0, 0]);
    assert.deepEqual(
      await service.events(),
      ['created', 'opened', 'postponed', 'updated', 'opened'].map((type) => `tour-2027 ${type}`),
    );
  });

  it('is INACTIVE behind cancel, from wherever it was, and the site is free', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ _id: 'draft', domain: { site: 'tour.example.com' } });
    await service.create({ _id: 'open', date: RUNNING });
    await service.create({ _id: 'closed', date: PAST });
    await service.refresh();
    for (const id of ['draft', 'open', 'closed']) {
      assert.equal((await service.change('cancel', { id })).status, 200, id);
      const { status, domain, date } = await service.read(id);
      assert.deepEqual([status, domain, date.inactivated], ['INACTIVE', {}, '2026-01-05T10:00:00.000Z']);
    }
    await service.create({ domain: { site: 'tour.example.com' } });
    assert.ok((await service.events()).includes('draft cancelled'));
    assert.ok(service.receivers.purged.flat().includes('site/tour.example.com'));
  });

  it('is not changed, and nobody told, by a cancel that is repeated', async (context) => {
    const service = await startWithDestinations(context);
    await service.create();
    const answers = [await service.change('cancel'), await service.change('cancel')];
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers.etag]),
      [
        [200, '"2"'],
        [200, '"2"'],
      ],
    );
    assert.deepEqual(await service.events(), ['tour-2027 created', 'tour-2027 cancelled']);
  });

  it('changes only along the ways that there are', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ _id: 'draft' });
    await service.create({ _id: 'open', date: RUNNING });
    await service.create({ _id: 'closed', date: PAST });
    await service.create({ _id: 'inactive' });
    await service.refresh();
    await service.change('cancel', { id: 'inactive' });
    const refused = [
      'draft reopen',
      'open reopen',
      'inactive reopen',
      'draft postpone',
      'closed postpone',
      'inactive postpone',
    ];
    for (const each of refused) {
      const [id = '', name = ''] = each.split(' ');
      const answer = await service.change(name, { id });
      assert.deepEqual([answer.status, errorOf(answer).type], [409, 'INVALID_TRANSITION'], each);
      assert.deepEqual(errorOf(answer).details?.[0]?.pointer, '/status');
      assert.deepEqual(allowedOf(answer), [[name === 'reopen' ? 'CLOSED' : 'OPEN']]);
    }
  });

  it('asks for the right first, then for the version', async (context) => {
    const service = await startWithDestinations(context);
    await service.create();
    const status = async (options: Parameters<typeof service.change>[1]) =>
      (await service.change('cancel', options)).status;
    const reader = { sub: 'x', campaigns: { 'tour-2027': { actions: ['read'] } } };
    assert.deepEqual(
      [
        await status({ claims: STRANGER, ifMatch: '' }),
        await status({ claims: reader }),
        await status({ id: 'no-such' }),
      ],
      [404, 403, 404],
    );
    assert.deepEqual(
      [await status({ ifMatch: '' }), await status({ ifMatch: '"7"' }), await status({ ifMatch: '"1"' })],
      [428, 412, 200],
    );
  });

  it('is audited with who, what and from where', async (context) => {
    const service = await startWithDestinations(context);
    await service.create();
    await service.change('cancel');
    assert.partialDeepStrictEqual(service.audits(), [
      {
        action: 'campaign.cancel',
        campaignId: 'tour-2027',
        subject: CREATOR.sub,
        from: 'DRAFT',
        to: 'INACTIVE',
        version: 2,
      },
    ]);
  });

  it('is changed by one of two who want different things', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ date: RUNNING });
    await service.refresh();
    const answers = await Promise.all([
      service.change('postpone', { ifMatch: '"2"' }),
      service.change('cancel', { ifMatch: '"2"' }),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    assert.equal((await service.events()).length, 3);
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { request, temporaryDirectory } from '@verifiedfan/test-utils';
import { freePorts } from './support/ports.ts';
import { runHere } from './support/run-here.ts';
import { writeExample } from './support/score-files.ts';
import { runCommand, spawnCommand } from './support/spawn.ts';

const SERVICES = ['campaign-service', 'entry-service', 'graphql', 'sandbox'];

const isListening = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });

/** What a process that has ended leaves in its data directory besides what it stores. */
const isTrace = (name: string): boolean => name === 'owner.json' || name === 'control.sock' || name.endsWith('-wal');

describe('start', () => {
  it('--exit scores the sample in an empty directory with an empty HOME: 0, counts, verdict, addresses, nothing left', async (test) => {
    const home = temporaryDirectory(test);
    const { path, join } = temporaryDirectory(test);
    const port = await freePorts();

    const { code, out, err } = await runCommand(test, ['start', '--exit', '--port', String(port)], {
      directory: path,
      env: { HOME: home.path },
    });

    assert.equal(code, 0, err);
    assert.match(out, /sample\.csv +done +5,000 +4,\d{3} +\d+ +0\n/);
    const [, campaign, verified, rejected, selected] = /^(onsale-\w+) +([\d,]+) +([\d,]+) +([\d,]+)$/m.exec(out) ?? [];
    const plain = [verified, rejected, selected].map((text) => text?.replace(',', ''));
    assert.ok(
      out.includes(`Slack: ${campaign} has ${plain[0]} verified, ${plain[1]} rejected, ${plain[2]} selected\n`),
      out,
    );
    SERVICES.forEach((name, at) => {
      assert.match(out, new RegExp(`^${name} +http://127\\.0\\.0\\.1:${port + at}`, 'm'));
    });
    assert.doesNotMatch(out, /Serving/);
    assert.deepEqual(readdirSync(join('.verifiedfan'), { recursive: true }).map(String).filter(isTrace), []);
    assert.deepEqual(readdirSync(home.path), []);
  });

  it('--no-sample --json prints one document with the addresses, and serves GraphQL, REST and the stand-ins', async (test) => {
    const { path } = temporaryDirectory(test);
    await writeExample(path);
    const port = await freePorts();
    const started = spawnCommand(test, ['start', '--no-sample', '--json', '--port', String(port)], { directory: path });
    const printed = JSON.parse(await started.printed('\n}\n')) as { addresses: { name: string; url: string }[] };
    assert.deepEqual(Object.keys(printed), ['addresses']);
    assert.deepEqual(
      printed.addresses.map(({ name }) => name),
      SERVICES,
    );
    const [campaigns, , graphql] = printed.addresses.map(({ url }) => url);
    assert.equal(graphql, `http://127.0.0.1:${port + 2}/graphql`);
    const here = (...argv: string[]) => runHere(argv, { directory: path });
    assert.equal((await here('campaign', 'import', 'campaign.json')).code, 0);
    const tokenWith = async (...rights: string[]): Promise<string> =>
      (await here('token', ...rights, '--json')).json<{ token: string }>().token;
    const ask = async (query: string, token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return request({ url: graphql ?? '', method: 'POST', headers, json: { query } });
    };
    const BOTH =
      '{ lookupPhoneScore(phone: "+12025550101") { score reason } campaignByEventId(eventId: "ev-paris") { id markets { eventId } } }';

    const whole = await ask(BOTH, await tokenWith('--supreme'));
    const { data } = whole.json() as { data: Record<string, { score?: unknown; id?: unknown }> };
    assert.equal(whole.status, 200);
    assert.equal(typeof data.lookupPhoneScore?.score, 'number');
    assert.deepEqual(data.campaignByEventId, {
      id: 'tour-2027',
      markets: [{ eventId: 'ev-paris' }, { eventId: 'ev-lyon' }],
    });
    const reader = await ask(BOTH, await tokenWith('--campaign', 'tour-2027=read'));
    const partly = reader.json() as { data: Record<string, unknown>; errors: { errorType: string }[] };
    assert.equal(partly.data.lookupPhoneScore, null, 'a right that the token does not have');
    assert.equal((partly.data.campaignByEventId as { id?: string } | null)?.id, 'tour-2027');
    assert.equal((await ask(BOTH)).status, 401);
    assert.equal((await ask(BOTH, 'x.y.z')).status, 401);
    const campaign = await request({
      url: `${campaigns}/campaigns/tour-2027`,
      headers: { authorization: `Bearer ${await tokenWith('--supreme')}` },
    });
    assert.equal(campaign.status, 200);

    started.kill('SIGTERM');
    assert.equal((await started.ended).code, 0);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} ends it with 0, with every port and the directory free again`, async (test) => {
      const { path, join } = temporaryDirectory(test);
      const port = await freePorts();
      const started = spawnCommand(test, ['start', '--no-sample', '--port', String(port)], { directory: path });
      await started.printed('Ctrl-C stops');
      started.kill(signal);

      const { code, out, err, signal: by } = await started.ended;

      assert.deepEqual([code, by], [0, null], err);
      assert.ok(!/error/i.test(err), err);
      assert.match(out, /\nServing; Ctrl-C stops\.\n$/);
      for (let at = 0; at < SERVICES.length; at += 1) assert.equal(await isListening(port + at), false);
      assert.deepEqual(readdirSync(join('.verifiedfan'), { recursive: true }).map(String).filter(isTrace), []);
      assert.equal((await runHere(['counts', 'any'], { directory: path })).code, 0);
    });
  }

  it('stopped while it scores the sample it ends with 0, and the next start finishes the sample', async (test) => {
    const { path } = temporaryDirectory(test);
    const port = String(await freePorts());
    const first = spawnCommand(test, ['start', '--port', port], { directory: path, env: { LOG_LEVEL: 'error' } });
    await first.complained('scored');
    first.kill('SIGINT');
    const stopped = await first.ended;
    assert.equal(stopped.code, 0, stopped.err);

    const second = await runCommand(test, ['start', '--exit', '--json', '--port', port], { directory: path });

    const { campaigns } = second.json<{ campaigns: Record<string, { verified: number }> }>();
    assert.equal(second.code, 0, second.err);
    const [id = ''] = Object.keys(campaigns);
    const recounted = await runHere(['recount', id, '--json'], { directory: path });
    assert.deepEqual([recounted.code, recounted.json<{ rows: number }>().rows], [0, 4_920]);
  });

  it('prints a command to try that is right for its data directory', async (test) => {
    const { path } = temporaryDirectory(test);
    const argv = ['start', '--data', 'on sale', '--port', String(await freePorts())];
    const started = spawnCommand(test, argv, { directory: path, env: { LOG_LEVEL: 'error' } });
    const out = await started.printed('Try in another terminal');
    const [, campaign = '', data] = /npx verifiedfan counts (\S+) --data '(.+)'\n$/.exec(out) ?? [];
    assert.equal(data, 'on sale', out);
    const counts = await runHere(['counts', campaign, '--data', 'on sale', '--json'], { directory: path });
    assert.ok(counts.json<{ verified: number }>().verified > 3_000);
    started.kill('SIGINT');
    assert.equal((await started.ended).code, 0);
  });

  it('names the service and the port that is taken, and leaves nothing listening', async (test) => {
    const { path } = temporaryDirectory(test);
    for (const [at, name] of SERVICES.entries()) {
      const port = await freePorts();
      const other = createServer().listen(port + at, '127.0.0.1');
      test.after(() => void other.close());
      const { code, out, err } = await runHere(['start', '--no-sample', '--port', String(port)], { directory: path });
      assert.deepEqual([code, out], [1, '']);
      assert.match(err, new RegExp(`port ${port + at} for ${name} is taken; choose another with --port`));
      for (let each = 0; each < SERVICES.length; each += 1)
        if (each !== at) assert.equal(await isListening(port + each), false);
    }
  });

  it('a wrong LOG_LEVEL is wrong usage, and says what is right', async (test) => {
    const { path } = temporaryDirectory(test);
    for (const argv of [['start', '--exit'], ['load', 'a.csv'], ['resume']]) {
      await writeExample(path);
      const { code, out, err } = await runCommand(test, argv, { directory: path, env: { LOG_LEVEL: 'loud' } });
      assert.deepEqual([code, out], [2, ''], argv.join(' '));
      assert.match(err, /^error: LOG_LEVEL must be one of trace, debug, info, warn, error, fatal\n$/);
    }
  });

  it('an address that is not of this machine is an error that says so', async (test) => {
    const { path } = temporaryDirectory(test);
    mkdirSync(`${path}/data`);
    const argv = [
      'start',
      '--no-sample',
      '--host',
      '203.0.113.7',
      '--port',
      String(await freePorts()),
      '--data',
      'data',
    ];
    const { code, err } = await runHere(argv, { directory: path });
    assert.equal(code, 1);
    assert.match(err, /address of this machine with --host/);
  });
});

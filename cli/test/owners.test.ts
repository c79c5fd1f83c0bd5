import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { socketPath } from '../src/control/socket-path.ts';
import { freePorts } from './support/ports.ts';
import { runHere } from './support/run-here.ts';
import { CAMPAIGN, writeExample } from './support/score-files.ts';
import { runCommand, type Spawned, spawnCommand } from './support/spawn.ts';

type Owner = { after(cleanUp: () => void): void };

const serve = async (test: Owner, directory: string, ...more: string[]): Promise<Spawned> => {
  const argv = ['start', '--no-sample', '--port', String(await freePorts()), ...more];
  const started = spawnCommand(test, argv, { directory });
  await started.printed('Ctrl-C stops');
  return started;
};

const stop = async (started: Spawned): Promise<void> => {
  started.kill('SIGTERM');
  const { code, err } = await started.ended;
  assert.equal(code, 0, err);
};

describe('the one owner of a data directory', () => {
  it('a second start is told the pid of the first, at once', async (test) => {
    const { path } = temporaryDirectory(test);
    const first = await serve(test, path);
    const second = await runCommand(test, ['start', '--port', String(await freePorts())], { directory: path });
    assert.deepEqual([second.code, second.out], [1, '']);
    assert.match(
      second.err,
      new RegExp(`is in use by process ${first.process.pid} \\(start\\)\\. Stop the other process`),
    );
    await stop(first);
  });

  it('the socket and the directory are for its user alone', async (test) => {
    const { path, join: inside } = temporaryDirectory(test);
    const started = await serve(test, path);
    const socket = lstatSync(inside('.verifiedfan/control.sock'));
    assert.ok(socket.isSocket());
    assert.equal(socket.mode & 0o077, 0);
    assert.equal(statSync(inside('.verifiedfan')).mode & 0o077, 0);
    assert.equal(statSync(inside('.verifiedfan/secrets.json')).mode & 0o077, 0);
    await stop(started);
    assert.equal(existsSync(inside('.verifiedfan/control.sock')), false);
  });

  it('a path that is too long for a socket is served all the same', async (test) => {
    const { path } = temporaryDirectory(test);
    const deep = join(path, 'd'.repeat(100), 'e'.repeat(100));
    mkdirSync(deep, { recursive: true });
    const started = await serve(test, deep);
    const socket = socketPath(join(deep, '.verifiedfan'));
    assert.ok(!socket.startsWith(deep) && lstatSync(socket).isSocket());
    assert.equal((await runHere(['counts', 'any'], { directory: deep })).code, 0);
    await stop(started);
    assert.equal(existsSync(socket), false);
  });

  it('a client that talks nonsense, or leaves, does not disturb it', async (test) => {
    const { path, join: inside } = temporaryDirectory(test);
    const started = await serve(test, path);
    for (const text of [
      '',
      'nonsense\n',
      '{"argv":"no list"}\n',
      'null\n',
      '{"stop":true}\n',
      '{"argv":["rows","x"]',
    ]) {
      const socket = createConnection(inside('.verifiedfan/control.sock'));
      await new Promise<void>((done) =>
        socket
          .on('error', () => {})
          .on('close', () => done())
          .end(text)
          .resume(),
      );
    }
    assert.equal((await runHere(['counts', 'any'], { directory: path })).code, 0);
    await stop(started);
  });

  it('what a killed owner left is taken over by the next command, and by the next start', async (test) => {
    const { path, join: inside } = temporaryDirectory(test);
    await writeExample(path);
    const first = await serve(test, path);
    await runHere(['campaign', 'import', 'campaign.json'], { directory: path });
    first.kill('SIGKILL');
    assert.equal((await first.ended).signal, 'SIGKILL');
    assert.ok(existsSync(inside('.verifiedfan/control.sock')) && existsSync(inside('.verifiedfan/owner.json')));

    const loaded = await runHere(['load', 'a.csv', '--json'], { directory: path });
    assert.equal(loaded.code, 0, loaded.err);

    const second = await serve(test, path);
    const counts = await runHere(['counts', CAMPAIGN, '--json'], { directory: path });
    assert.deepEqual(counts.json(), { campaignId: CAMPAIGN, verified: 1, rejected: 1, selected: 1 });
    await stop(second);
  });

  it('a command whose owner is killed under it says so, and resume finishes it', async (test) => {
    const { path } = temporaryDirectory(test);
    const here = (...argv: string[]) => runHere(argv, { directory: path });
    await here('generate', 'scores', '--registrants', '4000', '--seed', '5', '--out', 's.csv', '--campaign', 'c.json');
    const owner = await serve(test, path);
    await here('campaign', 'import', 'c.json');
    const loading = await runHere(['load', 's.csv'], {
      directory: path,
      onError: (text) => text.includes('scored') && owner.kill('SIGKILL'),
    });
    assert.equal(loading.code, 1);
    assert.match(loading.err, /ended before the command was done; run it again/);
    const again = await here('load', 's.csv', '--json');
    assert.equal(again.code, 0, again.err);
    const [id = ''] = Object.keys(again.json<{ campaigns: object }>().campaigns);
    const { rows, equal } = (await here('recount', id, '--json')).json<{ rows: number; equal: boolean }>();
    assert.ok(equal && rows > 3_800);
  });

  it('short commands at once take turns', async (test) => {
    const { path } = temporaryDirectory(test);
    await writeExample(path);
    const lines = [
      ['campaign', 'import', 'campaign.json'],
      ['counts', CAMPAIGN],
      ['rows', CAMPAIGN],
      ['counts', CAMPAIGN],
    ];
    const ran = await Promise.all(lines.map((argv) => runCommand(test, argv, { directory: path })));
    assert.deepEqual(
      ran.map(({ code, err }) => [code, err]),
      lines.map(() => [0, '']),
    );
  });

  it('a command that meets an owner who is stopping is done all the same', async (test) => {
    const { path } = temporaryDirectory(test);
    const started = await serve(test, path);
    started.kill('SIGTERM');
    const ran = await Promise.all(Array.from({ length: 4 }, () => runHere(['counts', 'any'], { directory: path })));
    assert.deepEqual(
      ran.map(({ code, err }) => [code, err]),
      ran.map(() => [0, '']),
    );
    assert.equal((await started.ended).code, 0);
  });
});

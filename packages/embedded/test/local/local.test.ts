import assert from 'node:assert/strict';
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import {
  createManualClock,
  createMemoryMetrics,
  createSeededRandom,
  openFileFlags,
  openFileSecrets,
  openSqliteCheckpoints,
  systemClock,
} from '../../src/index.ts';

describe('a manual clock', () => {
  it('wakes sleepers in the order of their times, each at its own moment', async () => {
    const clock = createManualClock({ startMs: 1_000 });
    const woken: string[] = [];
    const sleep = async (name: string, durationMs: number) => {
      await clock.sleep(durationMs);
      woken.push(`${name}@${clock.now()}`);
    };
    const chain = async () => {
      await sleep('first', 10);
      await sleep('second', 10);
    };
    const all = [sleep('late', 30), sleep('early', 5), chain()];
    await clock.advance(30);
    await Promise.all(all);
    assert.deepEqual(woken, ['early@1005', 'first@1010', 'second@1020', 'late@1030']);
    assert.deepEqual([clock.now(), clock.sleepers()], [1_030, 0]);
  });

  it('refuses to run backwards', async () => {
    await assert.rejects(createManualClock().advance(-1), { code: 'validation' });
  });
});

describe('the clock of the machine', () => {
  it('sleeps longer than a timer can, instead of not at all', async () => {
    const stop = new AbortController();
    let woken = false;
    const sleeping = systemClock.sleep(2 ** 40, stop.signal).then(() => {
      woken = true;
    });
    await systemClock.sleep(5);
    assert.equal(woken, false);
    stop.abort();
    await sleeping;
  });
});

describe('a seeded source of chance', () => {
  it('repeats itself for a seed, and differs for another', () => {
    const draw = (seed: number | string) => {
      const random = createSeededRandom(seed);
      return [random.next(), random.uuid(), [...random.bytes(4)]];
    };
    assert.deepEqual(draw(7), draw('7'));
    assert.notDeepEqual(draw(7), draw(8));
  });
});

describe('metrics in memory', () => {
  it('drops new samples at its limit, and goes on with those it has', () => {
    const metrics = createMemoryMetrics({ maxSamples: 2 });
    for (const id of ['1', '2', '3', '1']) metrics.count('runaway', 1, { id });
    assert.deepEqual(
      metrics.snapshot().map(({ labels, value }) => [labels.id, value]),
      [
        ['1', 2],
        ['2', 1],
      ],
    );
  });
});

describe('secrets in a file', () => {
  it('makes a missing secret once, for all who ask at the same time, and keeps it for its owner alone', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('keys', 'secrets.json');
    let made = 0;
    const generators = {
      async signing() {
        made += 1;
        return `key ${made}`;
      },
    };
    const secrets = openFileSecrets({ location, random: createSeededRandom(1), generators });
    assert.deepEqual(await Promise.all([secrets.get('signing'), secrets.get('signing')]), ['key 1', 'key 1']);
    assert.equal(statSync(location).mode & 0o777, 0o600);
    const again = openFileSecrets({ location, random: createSeededRandom(1), generators });
    assert.equal(await again.get('signing'), 'key 1');
  });

  it('takes a file back from others that can read it', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('secrets.json');
    writeFileSync(location, '{"known":"value"}');
    chmodSync(location, 0o644);
    assert.equal(await openFileSecrets({ location, random: createSeededRandom(1) }).get('known'), 'value');
    assert.equal(statSync(location).mode & 0o777, 0o600);
  });

  it('answers corrupt for a damaged file, shows nothing of it and leaves it alone', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('secrets.json');
    writeFileSync(location, '{"known": hunter2');
    const secrets = openFileSecrets({ location, random: createSeededRandom(1), generators: { known: () => 'new' } });
    await assert.rejects(secrets.get('known'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'corrupt');
      assert.ok(!`${error.stack} ${JSON.stringify(error.cause)}`.includes('hunter2'));
      return true;
    });
    assert.equal(readFileSync(location, 'utf8'), '{"known": hunter2');
  });

  it('gives the next caller a chance after a generator has failed', async () => {
    using directory = temporaryDirectory();
    let calls = 0;
    const signing = () => {
      calls += 1;
      if (calls === 1) throw new Error('no entropy');
      return 'key';
    };
    const secrets = openFileSecrets({
      location: directory.join('s.json'),
      random: createSeededRandom(1),
      generators: { signing },
    });
    await assert.rejects(secrets.get('signing'), /no entropy/);
    assert.equal(await secrets.get('signing'), 'key');
  });
});

describe('flags in a file', () => {
  it('follows a file that is replaced', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('flags.json');
    writeFileSync(location, '{"a":true}');
    const flags = openFileFlags({ location });
    const heard = new Promise<readonly string[]>((resolve) => {
      flags.onChange(resolve);
    });
    writeFileSync(`${location}.new`, '{"a":false,"b":true}');
    renameSync(`${location}.new`, location);
    assert.deepEqual(await heard, ['a', 'b']);
    assert.equal(flags.isEnabled('b', false), true);
    flags.close();
  });

  it('holds no flags without a file, and keeps its flags while the file cannot be used', () => {
    using directory = temporaryDirectory();
    const location = directory.join('flags.json');
    const flags = openFileFlags({ location, watchFile: false });
    assert.equal(flags.isEnabled('a', true), true);
    writeFileSync(location, '{"a":false}');
    flags.reload();
    for (const text of ['{"a":', '[]', '{"a":1}']) {
      writeFileSync(location, text);
      assert.throws(() => flags.reload(), { name: 'PortError', code: 'validation' });
      assert.equal(flags.isEnabled('a', true), false);
    }
    assert.throws(() => openFileFlags({ location }), { code: 'validation' });
    flags.close();
  });
});

describe('options', () => {
  it('are refused when they are misspelt', () => {
    const misspelt = { location: ':memory:', maxByte: 5 };
    assert.throws(() => openSqliteCheckpoints(misspelt), { name: 'TypeError', message: 'unknown options: maxByte' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryMetrics } from '@verifiedfan/embedded';
import { type Catalogue, type Database, PortError, type Secrets } from '@verifiedfan/ports';
import { type AwsKinds, createAwsPlatform, openCaches, openDatabases, openTopics } from '../src/aws/index.ts';

const CATALOGUE = {
  answers: { kind: 'cache', purpose: 'Values for a while.' },
  news: { kind: 'topic', purpose: 'Messages for many.', partitions: 2 },
} as const satisfies Catalogue;

const secretsOf = (known: Readonly<Record<string, string>>): Secrets => ({
  async get(name) {
    const value = known[name];
    if (value === undefined) throw new PortError({ code: 'not_found', message: 'there is no secret of this name' });
    return value;
  },
});

const open = (kinds: AwsKinds, secrets: Secrets, catalogue: Catalogue = CATALOGUE) =>
  createAwsPlatform({ catalogue, names: { prefix: 'stage-one' }, kinds, secrets, metrics: createMemoryMetrics() });

const startError = async (opening: Promise<unknown>): Promise<PortError> => {
  const error = await opening.then(
    () => assert.fail('it started'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof PortError);
  return error;
};

describe('starting on AWS', () => {
  it('names the secret that lacks, what it holds, and the command that makes it', async () => {
    const error = await startError(open({ cache: openCaches }, secretsOf({})));
    assert.equal(error.code, 'not_found');
    assert.equal(error.resource, 'redisUri');
    for (const part of [/stage-one\/redisUri/, /address of Redis/, /create-secret --name stage-one\/redisUri/])
      assert.match(error.message, part);
  });

  it('names all secrets that lack at once', async () => {
    const kinds = { cache: openCaches, database: openDatabases, topic: openTopics };
    const { message } = await startError(open(kinds, secretsOf({})));
    for (const name of ['redisUri', 'mongodbUri', 'kafkaUri']) assert.match(message, new RegExp(`stage-one/${name}`));
  });

  it('says of an empty secret that it is empty, and shows nothing of one that is not', async () => {
    const empty = await startError(open({ cache: openCaches }, secretsOf({ redisUri: ' ' })));
    assert.equal(empty.code, 'validation');
    assert.match(empty.message, /stage-one\/redisUri is empty.*put-secret-value --secret-id stage-one\/redisUri/);
    const wrong = await startError(
      open({ cache: openCaches }, secretsOf({ redisUri: 'http://user:hush@host' })).then((platform) =>
        platform.verify(),
      ),
    );
    assert.doesNotMatch(wrong.message, /hush/);
  });

  it('names the secret of Kafka when its address cannot be used, and shows nothing of it', async () => {
    const error = await startError(open({ topic: openTopics }, secretsOf({ kafkaUri: 'kafka://hush@b-1:9092' })));
    assert.deepEqual([error.code, error.resource], ['validation', 'kafkaUri']);
    assert.match(error.message, /stage-one\/kafkaUri cannot be used: .*user:password.*put-secret-value/);
    assert.doesNotMatch(error.message, /hush/);
  });

  it('passes on what Secrets Manager says when it cannot be asked', async () => {
    const denied = new PortError({ code: 'unavailable', message: 'no answer' });
    const asked: Secrets = { get: () => Promise.reject(denied) };
    assert.equal(await startError(open({ cache: openCaches }, asked)), denied);
  });

  it('leaves nothing open when a part of it cannot be opened', async () => {
    const closed: string[] = [];
    const database = async () => ({
      open: (): Database => assert.fail('nobody asked for it'),
      close: () => void closed.push('database'),
    });
    await startError(open({ cache: openCaches, database }, secretsOf({})));
    assert.deepEqual(closed, ['database']);
  });
});

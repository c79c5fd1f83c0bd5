import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createDynamoTable } from '@verifiedfan/aws';
import { type EstateLog, openEstate } from '@verifiedfan/local';
import { createEmbeddedPlatform, resourceNameOf, SECRET_GENERATORS } from '@verifiedfan/platform';
import { collectScoreFile, generateScoreCampaigns, temporaryDirectory } from '@verifiedfan/test-utils';
import { resources } from '@verifiedfan/workers/resources';
import { awsConnection, openOwnServer, runOptions } from '../../src/index.ts';
import { runCommand } from '../onsale/command.ts';
import { deploy, setSecrets } from './deploy.ts';
import { type OutcomeSources, postsIn, readOutcome } from './outcome.ts';
import { synthesise } from './synthesise.ts';

const { registrants } = runOptions();
const SEED = 7;
const SETTLED_MS = 10 * 60_000;
const POLL_MS = 500;
/** What ministack does not do for streams, said and not guessed: see `onEmulatedStreams`. */
const EMULATED = { STREAM_FAILURES: 'throw', SINGLE_SHARD: 'shardId-000000000000', LOG_LEVEL: 'warn' };
const log: EstateLog = { debug() {}, info() {}, warn() {}, error() {}, at: () => log };

/** The same on-sale on the embedded platform. Its secrets stay, so that hashes of addresses can be compared. */
const runEmbedded = async (directory: string, campaignId: string) => {
  const onsale = [
    'onsale',
    '--registrants',
    String(registrants),
    '--seed',
    String(SEED),
    '--json',
    '--data',
    directory,
  ];
  await runCommand(onsale, { directory });
  const platform = createEmbeddedPlatform({ directory, catalogue: resources });
  const secrets: Record<string, string> = {};
  for (const name of Object.keys(SECRET_GENERATORS)) secrets[name] = await platform.secrets.get(name);
  const tables = { demand: platform.table('demandTable'), deadLetters: platform.table('deadLetterTable') };
  const outcome = await readOutcome({ campaignId, tables, database: platform.database('entries') });
  await platform.close();
  return { secrets, outcome, posts: await postsIn(directory) };
};

/** The REST services and the stand-ins of third parties in this process, and no worker. */
const startServices = async (test: TestContext, directory: string, document: { campaigns: object[] }) => {
  const estate = openEstate({
    ...{ directory, catalogue: resources, workers: {}, log, owner: { pid: process.pid, command: 'test' } },
    configuration: { collectorHost: undefined, collectorPort: 4318 },
  });
  test.after(() => estate.close());
  const [{ campaigns, endpoint }, tokens] = await Promise.all([estate.services(), estate.tokens()]);
  const operator = tokens.verifier('campaign-service')(tokens.issue({ subject: 'operator', supreme: true }));
  await campaigns.manager.importCampaigns(document.campaigns as never[], operator);
  const names = ['campaignService', 'entryService', 'slack', 'telesign'];
  const endpoints = JSON.stringify(Object.fromEntries(names.map((name) => [name, endpoint(name)])));
  return { endpoints, database: estate.platform.database('entries') };
};

const upload = async (sdk: ReturnType<typeof awsConnection>, Bucket: string, text: string): Promise<void> => {
  const { region, endpoint, credentials } = sdk;
  const s3 = new S3Client({ region, endpoint, credentials, forcePathStyle: true } as never);
  // S3 writes such a key encoded into its notification.
  await s3.send(new PutObjectCommand({ Bucket, Key: 'june/on sale+é.csv', Body: text }));
  s3.destroy();
};

describe(`an on-sale of ${registrants} registrants, deployed by CloudFormation to ministack`, () => {
  it('ends in the rows, counts, entries and post of the embedded platform', async (test) => {
    const [embedded, local, out] = [0, 1, 2].map(() => temporaryDirectory(test).path) as [string, string, string];
    const document = generateScoreCampaigns({ seed: SEED });
    const campaignId = document.campaigns[0]?._id ?? '';
    const expected = await runEmbedded(embedded, campaignId);
    assert.ok(
      expected.outcome.members.length > registrants / 2 && expected.posts.length > 0,
      'something to compare with',
    );
    cpSync(join(embedded, 'secrets.json'), join(local, 'secrets.json'));
    const { endpoints, database } = await startServices(test, local, document);

    const server = await openOwnServer('ministack');
    test.after(() => server.close());
    const connection = awsConnection('ministack', { endpoint: server.address });
    const account = connection.credentials;
    assert.ok(account && 'accessKeyId' in account);
    const sdk = { region: 'us-east-1', endpoint: server.address, credentials: account };
    const context = { stage: 'deploy', account: account.accessKeyId, region: sdk.region, services: 'none', endpoints };
    const synthesised = await synthesise({
      directory: out,
      context: { ...context, environment: JSON.stringify(EMULATED) },
    });
    await deploy(sdk, synthesised);
    const names = { prefix: 'verifiedfan-deploy', bucketSuffix: `${account.accessKeyId}-use1` };
    await setSecrets(sdk, names.prefix, expected.secrets);

    const { text } = await collectScoreFile({ registrants, seed: SEED });
    const bucket = resourceNameOf({ name: 'scoringBucket', definition: resources.scoringBucket }, names);
    await upload(connection, bucket, text);
    const tableOf = (name: 'demandTable' | 'deadLetterTable') =>
      createDynamoTable({ name, tableName: `${names.prefix}-${name}`, connection });
    const tables = { demand: tableOf('demandTable'), deadLetters: tableOf('deadLetterTable') };
    const sources: OutcomeSources = { campaignId, tables, database };
    const isSettled = async (): Promise<boolean> =>
      (await postsIn(local)).length > 0 && isDeepStrictEqual(await readOutcome(sources), expected.outcome);
    for (let waited = 0; waited < SETTLED_MS && !(await isSettled()); waited += POLL_MS) await sleep(POLL_MS);
    assert.deepEqual(await readOutcome(sources), expected.outcome);
    assert.deepEqual(await postsIn(local), expected.posts);
  });
});

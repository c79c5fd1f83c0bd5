import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import {
  makeAppSyncAuthorizerInput,
  makeAppSyncResolverInput,
  makeDynamoDBStreamInput,
  makeKinesisInput,
  makeS3Input,
  makeScheduleInput,
  makeSqsInput,
} from '@verifiedfan/test-utils';
import { type WorkerName, workers } from '@verifiedfan/workers';
import { type BundledWorker, bundleWorkers, readWorkerModules } from '../src/index.ts';
import { awsBundles, testDirectory } from './support/bundles.ts';
import { startFunction } from './support/function.ts';
import { startRefusingAws } from './support/refusing-aws.ts';

const NAMES = Object.keys(workers) as WorkerName[];
const directory = testDirectory('bundles-again');
const bundles = awsBundles('bundles');
after(() => rmSync(directory, { recursive: true, force: true }));
const ENVIRONMENT = {
  ...{ RESOURCE_PREFIX: 'verifiedfan-test', BUCKET_SUFFIX: 'test', LOG_LEVEL: 'warn' },
  ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
};
/** An event that makes a worker open what it works with, by the kind of its first source. */
const EVENTS: Readonly<Record<string, () => unknown>> = {
  s3: () => makeS3Input([{ key: 'a.csv', versionId: 'v1' }], { bucket: 'scoringBucket' }),
  kinesis: () => makeKinesisInput([{ data: { type: 'score', campaignId: 'tour' } }], { stream: 'scoresStream' }),
  dynamodb: () => makeDynamoDBStreamInput([{ newImage: { PK: 'campaign:tour', SK: 'member:m1' } }]),
  sqs: () => makeSqsInput([{ body: '{"campaigns":["tour"]}' }], { queue: 'queue' }),
  schedule: () => makeScheduleInput(),
  'appsync-resolver': () =>
    makeAppSyncResolverInput({ fieldName: 'campaignByEventId', arguments: { eventId: 'e1', phone: '+12025550123' } }),
  'appsync-authorizer': () => makeAppSyncAuthorizerInput(),
};
const REFUSED = /AccessDenied|http_status 403/;
/** What comes of an event where it is not the refusal. */
const EXPECTED: Partial<Record<WorkerName, RegExp>> = {
  validateToken: /"isAuthorized":false/,
  lookupPhoneScore: /permission phone:score is missing/,
};
const textOf = ({ folder }: BundledWorker): string => readFileSync(`${folder}/index.mjs`, 'utf8');

describe('the bundles', () => {
  it('are one a worker', () =>
    assert.deepEqual(
      bundles().map(({ name }) => name),
      NAMES,
    ));

  it('hold their own worker and no code of another', async () => {
    const modules = await readWorkerModules();
    for (const bundle of bundles()) {
      const text = textOf(bundle);
      for (const { name, file } of modules) {
        const isOwn = name === bundle.name;
        assert.equal(
          bundle.inputs.some((input) => file.endsWith(`/${input}`)),
          isOwn,
          `${name} in ${bundle.name}`,
        );
        // As it stands in the text, whichever quotes were chosen.
        assert.equal(text.includes(workers[name].purpose.replaceAll("'", '').slice(0, 30)) && !isOwn, false, name);
      }
    }
  });

  it('leave out what no worker reaches on AWS: engines of one machine, services, tools', () => {
    for (const { name, inputs } of bundles()) {
      const found = inputs.filter((input) =>
        /classic-level|mingo|packages\/embedded\/src\/(?!local\/system)|^services|esbuild/.test(input),
      );
      assert.deepEqual(found, [], name);
    }
  });

  it('stay below 300 kB zipped for the smallest worker, without the SDK', async () => {
    const [{ zippedBytes } = { zippedBytes: Number.NaN }] = await bundleWorkers({
      directory: `${directory}/external`,
      names: ['validateToken'],
      sdk: 'external',
    });
    assert.ok(zippedBytes <= 300_000, `${zippedBytes}`);
  });

  it('bring the clients of what a worker declares, and no others', () => {
    const clientsOf = (name: WorkerName): string[] => {
      const inputs = bundles().find((bundle) => bundle.name === name)?.inputs ?? [];
      const found = inputs.flatMap((input) => /@aws-sdk\/client-([a-z0-9-]+)\//.exec(input)?.[1] ?? []);
      return [...new Set(found)].sort();
    };
    assert.deepEqual(clientsOf('validateToken'), ['secrets-manager']);
    assert.deepEqual(clientsOf('processSavedScores'), ['dynamodb', 'secrets-manager']);
    assert.deepEqual(clientsOf('verdictReporter'), ['dynamodb', 'secrets-manager', 'sqs']);
    assert.deepEqual(clientsOf('loadScoresToStream'), ['dynamodb', 'kinesis', 's3', 'secrets-manager', 'sqs']);
  });

  it('leave nothing to the machine: what is loaded late lies beside them', () => {
    const late = /createRequire\d*\(import\.meta\.url\)\((?!"\.\/(late-[a-z-]+\.cjs)"\))/;
    for (const bundle of bundles()) assert.doesNotMatch(textOf(bundle), late, bundle.name);
    const { folder = '', inputs = [] } = bundles().find(({ name }) => name === 'verdictReporter') ?? {};
    assert.ok(existsSync(`${folder}/late-undici-lib-dispatcher-agent-js.cjs`));
    assert.ok(inputs.some((input) => input.endsWith('undici/lib/dispatcher/agent.js')));
    const smallest = bundles().find(({ name }) => name === 'validateToken')?.folder ?? '';
    assert.deepEqual(readdirSync(smallest).sort(), ['index.mjs', 'index.mjs.map'], 'it calls nobody');
  });

  it('are the same bytes when they are made again, elsewhere', async () => {
    const names = ['processSavedScores', 'validateToken'] as const;
    for (const { name, archive } of await bundleWorkers({ directory: `${directory}/again`, names })) {
      const first = bundles().find((bundle) => bundle.name === name)?.archive ?? '';
      assert.ok(readFileSync(archive).equals(readFileSync(first)), name);
    }
  });

  it('name no path of the machine that made them', () => {
    const here = new RegExp(process.cwd().replaceAll('/', '\\/'));
    for (const bundle of bundles()) {
      assert.doesNotMatch(textOf(bundle), here, bundle.name);
      assert.doesNotMatch(readFileSync(`${bundle.folder}/index.mjs.map`, 'utf8'), here, bundle.name);
    }
  });

  it('hold all that their work needs on AWS, which here tells secrets and refuses the rest', async (context) => {
    const endpoint = await startRefusingAws(context);
    const work = async (bundle: BundledWorker): Promise<void> => {
      const environment = { ...ENVIRONMENT, AWS_ENDPOINT_URL: endpoint };
      const endpoints = Object.fromEntries(workers[bundle.name].calls.map((name) => [name, `${endpoint}/${name}`]));
      const { invoke, stop } = await startFunction(context, { bundle, environment, endpoints });
      const kind = workers[bundle.name].sources[0]?.kind ?? '';
      const told = await invoke(EVENTS[kind]?.(), { timeoutMs: 10_000 });
      const text = `${JSON.stringify(told.body)}\n${(await stop()).log}`;
      assert.match(text, EXPECTED[bundle.name] ?? REFUSED, bundle.name);
    };
    await Promise.all(bundles().map(work));
  });

  it('are archives that others can read', () => {
    const [first] = bundles();
    const listed = execFileSync('python3', ['-m', 'zipfile', '-l', first?.archive ?? ''], { encoding: 'utf8' });
    assert.match(listed, /index\.mjs .*\n(.*\n)*index\.mjs\.map/);
  });
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import {
  makeAppSyncAuthorizerInput,
  makeAppSyncResolverInput,
  makeDynamoDBStreamInput,
  makeFirehoseInput,
  makeKafkaInput,
  makeKinesisInput,
  makeS3Input,
  makeScheduleInput,
  makeSnsInput,
  makeSqsInput,
  temporaryDirectory,
} from '@verifiedfan/test-utils';
import { type Ran, runHere } from './support/run-here.ts';
import { CAMPAIGN, writeExample } from './support/score-files.ts';

type Answer = Record<string, unknown>;
type Letter = { worker: string; position: string; reason: string };

const directory = temporaryDirectory();
const run = (...argv: string[]): Promise<Ran> => runHere(argv, { directory: directory.path });

/** Hands an event to a worker; resolves with the exit code and the document that was printed. */
const invoke = async (worker: string, event: unknown): Promise<{ code: number; answer: Answer }> => {
  writeFileSync(directory.join('event.json'), JSON.stringify(event));
  const { code, json } = await run('invoke', worker, '--event', 'event.json', '--json');
  return { code, answer: json<Answer>() };
};

const lettersOf = async (worker: string): Promise<Letter[]> =>
  (await run('dead-letters', 'list', '--json')).json<Letter[]>().filter((letter) => letter.worker === worker);

const memberChange = (memberId: string) => ({
  newImage: { PK: `campaign:${CAMPAIGN}`, SK: `member:${memberId}`, memberId, isVerified: true, verdict: 'selected' },
});
const WINDOW = { startMs: Date.UTC(2026, 0, 5, 10), endMs: Date.UTC(2026, 0, 5, 10, 0, 1) };

const EVENTS = {
  s3: makeS3Input([{ key: 'never uploaded.csv' }], { bucket: 'scoringBucket' }),
  kinesis: makeKinesisInput([{ data: 'not JSON' }], { stream: 'scoresStream' }),
  dynamodb: makeDynamoDBStreamInput([memberChange('eve')], { table: 'demandTable', window: WINDOW }),
  sqs: makeSqsInput([{ body: 'not JSON' }], { queue: 'verdictReporterQueue' }),
  schedule: makeScheduleInput({ name: 'hourly' }),
  resolver: makeAppSyncResolverInput({ fieldName: 'anything' }),
  authorizer: makeAppSyncAuthorizerInput(),
  kafka: makeKafkaInput([{ topic: 'scores', value: '{}' }]),
  firehose: makeFirehoseInput([{ data: '{}' }]),
  sns: makeSnsInput([{ message: '{}' }]),
};
type EventName = keyof typeof EVENTS;

/** Which events each worker takes; every other one is foreign to it. */
const SOURCES: Readonly<Record<string, readonly EventName[]>> = {
  loadScoresToStream: ['s3', 'sqs'],
  loadScoresToDynamoDB: ['kinesis'],
  saveEntryScoring: ['kinesis'],
  saveFanlistScores: ['kinesis'],
  processSavedScores: ['dynamodb'],
  verdictReporter: ['sqs'],
  lookupPhoneScore: ['resolver'],
  proxyCampaignService: ['resolver'],
  validateToken: ['authorizer'],
};

describe('invoke', () => {
  before(async () => {
    await writeExample(directory.path);
    assert.equal((await run('campaign', 'import', 'campaign.json')).code, 0);
    assert.equal((await run('load', 'a.csv')).code, 0);
  });
  after(() => directory.remove());

  it('loadScoresToStream takes an upload that is gone, the test event of S3, and an upload that it has loaded', async () => {
    const zeros = { in: 0, valid: 0, invalid: 0, filtered: 0, out: 0, failed: 0 };
    for (const event of [EVENTS.s3, { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'scoringBucket' }])
      assert.deepEqual(await invoke('loadScoresToStream', event), { code: 0, answer: { count: zeros, loads: [] } });
    const event = makeS3Input([{ key: 'a.csv', sequencer: '0' }], { bucket: 'scoringBucket' });
    const { code, answer } = await invoke('loadScoresToStream', event);
    assert.equal(code, 0);
    assert.deepEqual(answer.count, zeros, 'an upload older than the one that was loaded is no new load');
    assert.equal((await run('rows', CAMPAIGN)).lines().length, 2);
  });

  it('the consumers of scoresStream dead-letter what no row can be read from, with a reason, and ask for no repetition', async () => {
    const records = [{ data: 'not JSON' }, { data: '' }, { data: '{}' }, { data: '[]' }, { data: 'null' }];
    for (const worker of ['loadScoresToDynamoDB', 'saveEntryScoring', 'saveFanlistScores']) {
      const { code, answer } = await invoke(worker, makeKinesisInput(records, { stream: 'scoresStream' }));
      assert.equal(code, 0);
      assert.deepEqual(answer.batchItemFailures, []);
      const letters = await lettersOf(worker);
      assert.equal(letters.length, records.length);
      for (const { position, reason } of letters) assert.ok(position !== '' && reason !== '');
      await invoke(worker, makeKinesisInput(records, { stream: 'scoresStream' }));
      assert.equal((await lettersOf(worker)).length, records.length, 'a record that comes again is one dead letter');
    }
  });

  it('processSavedScores counts a change of a window once, and answers with the state', async () => {
    const first = await invoke('processSavedScores', EVENTS.dynamodb);
    assert.deepEqual([first.code, first.answer.count, first.answer.state], [0, 1, {}]);
    assert.deepEqual((await run('counts', CAMPAIGN, '--json')).json<Answer>().verified, 2);
    await invoke('processSavedScores', EVENTS.dynamodb);
    assert.deepEqual((await run('counts', CAMPAIGN, '--json')).json<Answer>().verified, 2);
    // No row stands behind the change that was made up here.
    assert.equal((await run('recount', CAMPAIGN)).code, 1);
    assert.equal((await run('recount', CAMPAIGN, '--repair')).code, 0);
    assert.deepEqual((await run('counts', CAMPAIGN, '--json')).json<Answer>().verified, 1);
  });

  it('verdictReporter and the continuation of loads dead-letter messages that are not theirs', async () => {
    const messages = [{ body: 'not JSON' }, { body: '{}' }, { body: '"text"' }];
    const reporter = await invoke('verdictReporter', makeSqsInput(messages, { queue: 'verdictReporterQueue' }));
    assert.deepEqual([reporter.code, reporter.answer.batchItemFailures], [0, []]);
    assert.equal((await lettersOf('verdictReporter')).length, messages.length);
    const loader = await invoke('loadScoresToStream', makeSqsInput(messages, { queue: 'loadContinuationQueue' }));
    assert.deepEqual([loader.code, loader.answer.batchItemFailures], [0, []]);
  });

  it('lookupPhoneScore answers for a caller who may ask, and refuses others', async () => {
    const event = (resolverContext: Record<string, string>) =>
      makeAppSyncResolverInput({
        fieldName: 'lookupPhoneScore',
        arguments: { phone: '+1 202 555 0101' },
        resolverContext,
      });
    const allowed = await invoke('lookupPhoneScore', event({ permissions: 'phone:score' }));
    assert.equal(allowed.code, 0);
    assert.equal(typeof allowed.answer.score, 'number');
    assert.equal(allowed.answer.reason, null);
    const refused = await invoke('lookupPhoneScore', event({ permissions: '' }));
    assert.equal(refused.code, 1);
    assert.deepEqual(refused.answer, {
      errorType: 'RejectError',
      errorMessage: 'the permission phone:score is missing',
    });
  });

  it('proxyCampaignService asks with the token of the caller, one event or many at once', async () => {
    const { token } = (await run('token', '--supreme', '--json')).json<{ token: string }>();
    const event = (eventId: string) =>
      makeAppSyncResolverInput({
        fieldName: 'campaignByEventId',
        arguments: { eventId },
        headers: { Authorization: `Bearer ${token}` },
      });
    const one = await invoke('proxyCampaignService', event('ev-paris'));
    assert.deepEqual([one.code, one.answer.id, one.answer.name], [0, CAMPAIGN, 'Tour 2027']);
    writeFileSync(directory.join('event.json'), JSON.stringify([event('ev-lyon'), event('../..'), event('ev-none')]));
    const many = (await run('invoke', 'proxyCampaignService', '--event', 'event.json')).json<Answer[]>();
    assert.deepEqual(
      many.map(({ data, errorType }) => [(data as Answer | null)?.id, errorType]),
      [
        [CAMPAIGN, undefined],
        [undefined, 'RejectError'],
        [undefined, undefined],
      ],
    );
  });

  it('validateToken lets a token of this directory in, and no other one', async () => {
    const { token } = (await run('token', '--permission', 'phone:score', '--json')).json<{ token: string }>();
    const good = await invoke('validateToken', makeAppSyncAuthorizerInput({ authorizationToken: `Bearer ${token}` }));
    const context = { sub: 'operator', supreme: 'false', permissions: 'phone:score' };
    assert.deepEqual(good, { code: 0, answer: { isAuthorized: true, resolverContext: context, ttlOverride: 0 } });
    const bad = await invoke('validateToken', EVENTS.authorizer);
    assert.deepEqual(bad, { code: 0, answer: { isAuthorized: false } });
  });

  for (const [worker, own] of Object.entries(SOURCES)) {
    it(`${worker} refuses events of another source with errorType and errorMessage, exit code 1`, async () => {
      const foreign = Object.entries(EVENTS).filter(([name]) => !own.includes(name as EventName));
      for (const [name, event] of [...foreign, ['null', null], ['a text', 'Records'], ['no records', {}]] as const) {
        const { code, answer } = await invoke(worker, event);
        assert.equal(code, 1, name);
        assert.deepEqual(Object.keys(answer), ['errorType', 'errorMessage'], name);
        assert.equal(answer.errorType, 'WorkerError', name);
        assert.match(String(answer.errorMessage), new RegExp(`^${worker} takes events of `), name);
      }
    });
  }
});

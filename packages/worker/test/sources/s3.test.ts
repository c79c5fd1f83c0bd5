import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeObjectKey, makeS3Input, makeSqsInput } from '@verifiedfan/test-utils';
import { encodeKey, s3 } from '../../src/index.ts';
import { CONTEXT, retrying } from '../support/workers.ts';

const source = s3('scoringBucket');
const decode = (event: unknown) => source.decode(event, CONTEXT);
const KEYS = [
  'a.csv',
  'new folder/café & ü.csv',
  'plus+plus',
  "it's (really)!*~.csv",
  '../up',
  '100%',
  '日本/🎫.csv',
  '=',
];

describe('s3', () => {
  it('decodes an upload', () => {
    const event = makeS3Input(
      [{ key: 'a b.csv', size: 12, etag: 'abc', versionId: 'v1', sequencer: '0A', atMs: 1_767_225_600_123 }],
      { bucket: 'theBucket' },
    );
    assert.deepEqual(decode(event).records, [
      {
        data: { bucket: 'theBucket', key: 'a b.csv', etag: 'abc', version: 'v1', sequencer: '0A', size: 12 },
        meta: {
          source: 's3',
          id: '0A',
          position: 'theBucket/a+b.csv@0A',
          group: 'theBucket/a b.csv',
          correlation: 'invocation-1',
          timeMs: 1_767_225_600_123,
        },
      },
    ]);
  });

  it('brings every key through a notification unchanged, encoded as S3 does', () => {
    for (const key of KEYS) {
      assert.equal(encodeKey(key), encodeObjectKey(key));
      assert.equal(decode(makeS3Input([{ key }])).records[0]?.data.key, key);
    }
  });

  it('gives each upload of a key a position of its own', () => {
    const { records } = decode(
      makeS3Input([
        { key: 'a', sequencer: '01' },
        { key: 'a', sequencer: '02' },
      ]),
    );
    assert.equal(new Set(records.map(({ meta }) => meta.position)).size, 2);
  });

  it('leaves out what S3 leaves out', () => {
    const [record] = makeS3Input([{ key: 'a' }]).Records;
    const bare = { ...record, s3: { ...record?.s3, object: { key: 'a' } } };
    assert.deepEqual(decode({ Records: [bare] }).records[0]?.data, { bucket: 'bucket', key: 'a' });
  });

  it('takes event names with the prefix of the configuration, and passes over what is no upload', () => {
    const names = ['ObjectCreated:Put', 's3:ObjectCreated:Copy', 'ObjectCreated:CompleteMultipartUpload'];
    for (const eventName of names) assert.equal(decode(makeS3Input([{ key: 'a' }], { eventName })).records.length, 1);
    const deletion = decode(makeS3Input([{ key: 'a' }], { eventName: 'ObjectRemoved:Delete' }));
    assert.deepEqual(deletion, { records: [], raw: [], undecodable: [] });
  });

  it('keeps the raw record beside its upload, whatever was passed over in front of it', () => {
    const [deleted] = makeS3Input([{ key: 'gone' }], { eventName: 'ObjectRemoved:Delete' }).Records;
    const [created] = makeS3Input([{ key: 'here' }]).Records;
    assert.deepEqual(decode({ Records: [deleted, created] }).raw, [created]);
  });

  it('does nothing with the test event of a new configuration', () => {
    const event = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'scoringBucket' };
    assert.ok(source.recognises(event));
    assert.deepEqual(decode(event).records, []);
  });

  it('rejects a key that is missing or not encoded', () => {
    const [record] = makeS3Input([{ key: 'a' }]).Records;
    const withKey = (key: unknown) => ({ ...record, s3: { ...record?.s3, object: { key } } });
    const { records, undecodable } = decode({ Records: [null, withKey('%'), withKey(undefined)] });
    assert.equal(records.length, 0);
    assert.deepEqual(
      undecodable.map(({ reason }) => reason),
      Array.from({ length: 3 }, () => 'the key is missing or not URL-encoded'),
    );
  });

  it('knows only all or nothing: one failure repeats the whole event', () => {
    const batch = decode(makeS3Input([{ key: 'a' }, { key: 'b' }]));
    const [first, second] = batch.records;
    assert.ok(first && second);
    assert.deepEqual(source.repeats(batch.records, retrying(second)), [first, second]);
    assert.deepEqual(source.repeats(batch.records, retrying()), []);
    assert.deepEqual(source.respond(batch, batch.records), {});
    assert.ok(!source.recognises(makeSqsInput([{ body: 1 }])));
  });
});

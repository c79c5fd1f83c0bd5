/**
 * The on-sale as one hand-written program: what our estate is measured against. No ports, no workers, no validation, no redelivery, no
 * resumption; the same rows with the same contents in the same engines under the same durability (LevelDB batches that survive the death
 * of the process, node:sqlite with WAL and synchronous NORMAL). One writer appends the file to a stream; three consumers read it back from
 * LevelDB at the same time. A row is written as JSON under its key and once more in the change log, as a straightforward program would.
 *
 * `node bench/onsale-bare.ts FILE.csv CAMPAIGNS.json DIRECTORY` prints one JSON document. The counts in it are counted in the stores, after
 * the clock was stopped.
 */
import { createHmac, hash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ClassicLevel } from 'classic-level';

type Campaign = { _id: string; name: string; markets: { eventId: string }[] };
type Json = Record<string, unknown>;
type Score = Json & { campaignId: string; memberId: string; sid?: string; emailKey?: string; scoredAt: string };

const BATCH = 1_000;
const MEBIBYTE = 1_048_576;
const FILE = '0123456789abcdef';

const [csvFile = '', campaignsFile = '', directory = ''] = process.argv.slice(2);
const { campaigns } = JSON.parse(readFileSync(campaignsFile, 'utf8')) as { campaigns: Campaign[] };
const offered = new Map(campaigns.map(({ _id, markets }) => [_id, new Set(markets.map(({ eventId }) => eventId))]));
const properties = new Map(campaigns.map(({ _id, name }) => [_id, { name, status: 'OPEN' }]));

mkdirSync(directory, { recursive: true });
const openLevel = (name: string) =>
  // The settings of our own driver.
  new ClassicLevel<string, string>(join(directory, name), {
    writeBufferSize: 16 * MEBIBYTE,
    cacheSize: 8 * MEBIBYTE,
    maxFileSize: 8 * MEBIBYTE,
    maxOpenFiles: 256,
  });
const stream = openLevel('scoresStream');
const table = openLevel('demandTable');
const events = openLevel('campaignDataStream');
const entries = new DatabaseSync(join(directory, 'entries.sqlite'));
entries.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384');
entries.exec('PRAGMA wal_autocheckpoint = 4000');
entries.exec('CREATE TABLE entries (id TEXT PRIMARY KEY, version TEXT NOT NULL, document TEXT NOT NULL)');

const logKey = (number: number): string => `l${String(number).padStart(16, '0')}`;

const HEADER =
  'campaignId,memberId,globalUserId,sid,email,phone,score,isVerified,verdict,preferences,scoredAt,modelVersion';
const summary = { in: 0, out: 0, filtered: 0 };

const toRecord = (text: string): string | undefined => {
  const [campaignId = '', memberId, globalUserId, sid, email = '', , score, ...more] = text.split(',');
  const [isVerified, verdict, preferences = '', scoredAt, modelVersion] = more;
  const wanted = preferences.split('|');
  const events = [...new Set(wanted.filter((event) => offered.get(campaignId)?.has(event)))];
  summary.in += 1;
  if (events[0] === undefined) {
    summary.filtered += 1;
    return undefined;
  }
  summary.out += 1;
  const hmac = createHmac('sha256', 'a secret').update(email.toLowerCase());
  const line = summary.in + 1;
  return JSON.stringify({
    type: 'score',
    campaignId,
    memberId,
    globalUserId: globalUserId || undefined,
    sid: sid || undefined,
    emailKey: email === '' ? undefined : hmac.digest('base64url').slice(0, 22),
    score: Number(score),
    isVerified: isVerified ? isVerified === 'true' : undefined,
    verdict: verdict || 'none',
    rank: wanted.indexOf(events[0]),
    events,
    scoredAt,
    modelVersion: modelVersion || undefined,
    file: FILE,
    load: 1,
    line,
    meta: { correlation: `load-1.${line}` },
  });
};

let last = 0;
let ended = false;
let news = Promise.withResolvers<void>();
const tell = (): void => {
  news.resolve();
  news = Promise.withResolvers<void>();
};

const append = async (lines: readonly string[]): Promise<void> => {
  const batch = stream.batch();
  let next = last;
  for (const text of lines) {
    const record = toRecord(text);
    if (record !== undefined) batch.put(logKey(++next), record);
  }
  await batch.write();
  last = next;
  tell();
};

const write = async (): Promise<void> => {
  let rest = '';
  let lines: string[] = [];
  for await (const chunk of createReadStream(csvFile, { encoding: 'utf8', highWaterMark: MEBIBYTE / 4 })) {
    const parts = `${rest}${chunk as string}`.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== HEADER) lines.push(part);
    for (; lines.length >= BATCH; lines = lines.slice(BATCH)) await append(lines.slice(0, BATCH));
  }
  await append(lines); // the last line ends with a line feed, so nothing else is left
  ended = true;
  tell();
};

const consume = async (apply: (records: Score[]) => Promise<void> | void): Promise<void> => {
  for (let next = 1; ; ) {
    while (next > last && !ended) await news.promise;
    if (next > last) return;
    const range = { gte: logKey(next), lte: logKey(Math.min(last, next + BATCH - 1)) };
    const texts = await stream.values({ ...range, highWaterMarkBytes: MEBIBYTE }).all();
    await apply(texts.map((text) => JSON.parse(text) as Score));
    next += texts.length;
  }
};

const contentOf = ({ type: _type, campaignId: _campaign, emailKey: _key, ...content }: Score): Json => content;

let changes = 0;
const putRow = (batch: ReturnType<typeof table.batch>, keys: { PK: string; SK: string }, item: Json, old?: Json) => {
  const newItem = { ...keys, ...item };
  batch.put(`r${keys.PK}\u0000${keys.SK}`, JSON.stringify(newItem));
  const change = { eventName: old === undefined ? 'INSERT' : 'MODIFY', atMs: Date.now(), keys, newItem, oldItem: old };
  batch.put(logKey(++changes), JSON.stringify(change));
};

const counts = new Map<string, { verified: number; rejected: number; selected: number }>();
const count = (campaignId: string, item: Json | undefined, by: 1 | -1): void => {
  const sums = counts.get(campaignId) ?? { verified: 0, rejected: 0, selected: 0 };
  counts.set(campaignId, sums);
  if (item?.isVerified === true) sums.verified += by;
  if (item?.isVerified === false) sums.rejected += by;
  if (item?.verdict === 'selected') sums.selected += by;
};

const saveMembers = async (records: Score[]): Promise<void> => {
  const rowKeys = records.map(({ campaignId, memberId }) => `rcampaign:${campaignId}\u0000member:${memberId}`);
  const stored = await table.getMany(rowKeys);
  const rows = new Map<string, Score>();
  for (const [at, text] of stored.entries()) if (text) rows.set(rowKeys[at] as string, JSON.parse(text) as Score);
  const batch = table.batch();
  for (const [at, record] of records.entries()) {
    const rowKey = rowKeys[at] as string;
    const old = rows.get(rowKey);
    if (old !== undefined && old.scoredAt >= record.scoredAt) continue;
    const keys = { PK: `campaign:${record.campaignId}`, SK: `member:${record.memberId}` };
    putRow(batch, keys, contentOf(record), old);
    rows.set(rowKey, record);
    count(record.campaignId, old, -1);
    count(record.campaignId, record, 1);
  }
  for (const [campaignId, sums] of counts) batch.put(`ccampaign:${campaignId}`, JSON.stringify(sums));
  await batch.write();
};

let published = 0;
const saveFanLists = async (records: Score[]): Promise<void> => {
  const rows = table.batch();
  const publish = events.batch();
  for (const record of records) {
    const { campaignId, memberId, sid, emailKey, scoredAt } = record;
    const campaign = properties.get(campaignId);
    const content = { ...contentOf(record), campaign };
    for (const [kind, identifier] of Object.entries({ fan: memberId, sid, email: emailKey })) {
      if (identifier === undefined) continue;
      putRow(rows, { PK: `${kind}:${identifier}`, SK: `campaign:${campaignId}` }, content);
      const { file: _file, load: _load, line: at, meta: _meta, ...data } = content as Json;
      const event = {
        specversion: '1.0',
        id: hash('sha256', `${kind}:${identifier}\n${campaignId}\n${FILE}.1.${at}.1`).slice(0, 32),
        source: 'verifiedfan/scoring',
        type: 'verifiedfan.fanlist.scored',
        subject: campaignId,
        time: new Date(scoredAt).toISOString(),
        sequence: '1',
        data: { kind, identifier, ...data },
      };
      publish.put(logKey(++published), JSON.stringify(event));
    }
  }
  await rows.write();
  await publish.write();
};

const upsert = entries.prepare(
  'INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version, document = excluded.document WHERE excluded.version > version',
);
const saveEntries = (records: Score[]): void => {
  entries.exec('BEGIN');
  for (const {
    type: _type,
    campaignId,
    memberId,
    globalUserId: _user,
    sid: _sid,
    emailKey: _key,
    ...rest
  } of records) {
    const { meta: _meta, ...scoring } = rest;
    const id = `${campaignId}:${memberId}`;
    upsert.run(id, scoring.scoredAt, JSON.stringify({ _id: id, campaignId, memberId, revision: 1, scoring }));
  }
  entries.exec('COMMIT');
};

await Promise.all([stream.open(), table.open(), events.open()]);
const startedMs = performance.now();
await Promise.all([write(), consume(saveMembers), consume(saveFanLists), consume(saveEntries)]);
const seconds = (performance.now() - startedMs) / 1_000;

const countKeys = async (store: typeof table, prefix: string): Promise<number> => {
  let keys = 0;
  const found = store.keys({ gte: prefix, lt: `${prefix}\uffff`, highWaterMarkBytes: MEBIBYTE });
  for await (const _ of found) keys += 1;
  return keys;
};
const stored = {
  stream: await countKeys(stream, 'l'),
  members: await countKeys(table, 'rcampaign:'),
  fanLists: (await countKeys(table, 'r')) - (await countKeys(table, 'rcampaign:')),
  changes: await countKeys(table, 'l'),
  events: await countKeys(events, 'l'),
  entries: (entries.prepare('SELECT count(*) AS entries FROM entries').get() as { entries: number }).entries,
};
const recordsPerSecond = Math.round(summary.in / seconds);
process.stdout.write(
  JSON.stringify({ seconds, recordsPerSecond, file: summary, campaigns: Object.fromEntries(counts), stored }),
);

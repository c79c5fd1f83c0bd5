/**
 * Writes docs/cost.md from a measured run: `npm run cost`. The run is on the embedded platform, whose calls are counted as AWS bills them;
 * what a laptop cannot know is named and left out.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bill, type BillLine, createMeter, metered, PRICES } from '@verifiedfan/metering';
import { createEmbeddedPlatform } from '@verifiedfan/platform';

const REGISTRANTS = 50_000;
const SEED = 7;
const COMMAND = 'cli/bin/verifiedfan.js';

type Report = {
  bill: Bill;
  workers: { loadScoresToDynamoDB: { in: number }; saveFanlistScores: { dynamo: { out: number } } };
};

const measure = (): Report => {
  const directory = mkdtempSync(join(tmpdir(), 'verifiedfan-cost-'));
  try {
    const options = [
      '--registrants',
      String(REGISTRANTS),
      '--seed',
      String(SEED),
      '--bill',
      '--json',
      '--data',
      directory,
    ];
    const output = execFileSync(process.execPath, [COMMAND, 'onsale', ...options], {
      encoding: 'utf8',
      env: { ...process.env, LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    });
    return JSON.parse(output) as Report;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const ALTERNATIVE_ROWS = 1_000;

/** Write units a row when each row is counted in a transaction with its counter: what we do not do, measured with the same meter. */
const measureTransactions = async (): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), 'verifiedfan-cost-'));
  const catalogue = { demandTable: { kind: 'table', purpose: 'The same rows, counted in transactions.' } } as const;
  const platform = createEmbeddedPlatform({ directory, catalogue });
  const meter = createMeter();
  const table = metered(platform, meter).table('demandTable');
  try {
    for (let at = 0; at < ALTERNATIVE_ROWS; at += 1) {
      const PK = 'campaign:onsale';
      const actions = [
        { put: { PK, SK: `member:${at}`, score: at / ALTERNATIVE_ROWS, verdict: 'selected' } },
        { update: { PK, SK: 'meta:counts' }, add: { selected: 1 } },
      ];
      const { outcome } = await table.transact(actions, { token: `member:${at}` });
      if (outcome !== 'applied') throw new Error('a transaction was refused');
    }
    return meter.lines().reduce((sum, { units }) => sum + units, 0) / ALTERNATIVE_ROWS;
  } finally {
    await platform.close();
    rmSync(directory, { recursive: true, force: true });
  }
};

const number = (value: number): string => Math.round(value).toLocaleString('en');
const money = (dollars: number): string => (dollars === 0 ? '–' : `$${dollars.toFixed(dollars < 0.1 ? 4 : 2)}`);
const row = ({ service, resource, operation, requests, entries, unit, units, dollars }: BillLine): string =>
  `| ${service} | \`${resource}\` | ${operation} | ${number(requests)} | ${number(entries)} | ${unit === 'free' ? 'free' : `${number(units)} × ${unit}`} | ${money(dollars)} |`;

const each = (prices: Readonly<Record<string, number>>): string =>
  Object.entries(prices)
    .map(([what, price]) => `${what} $${price}`)
    .join(', ');

const write = ({ bill, workers }: Report, transactionUnits: number): string => {
  const rows = workers.loadScoresToDynamoDB.in;
  const fanLists = workers.saveFanlistScores.dynamo.out;
  const written = bill.lines
    .filter(({ unit }) => unit === 'DynamoDB write unit')
    .reduce((sum, { units }) => sum + units, 0);
  const million = bill.dollars * (1_000_000 / REGISTRANTS);
  return `# What a campaign costs on AWS

Written by \`npm run cost\` from a run of ${number(REGISTRANTS)} registrants (seed ${SEED}) on the embedded platform, whose calls are counted as AWS bills
them. Prices are those of ${bill.region} on ${bill.date} (\`packages/metering/src/prices.ts\`): look them up before a decision.

**${money(bill.dollars)} for ${number(REGISTRANTS)} registrants, about ${money(million)} for a million**, once, and beside it what is paid by the hour.

| service | resource | call | requests | entries | billed | price |
|---|---|---|---|---|---|---|
${bill.lines.map(row).join('\n')}

- **Write units**: ${number(written)} for ${number(rows)} scored rows and ${number(fanLists)} fan-list rows, that is ${((written - fanLists) / rows).toFixed(3)} for each scored row beyond its
  fan lists. Counts are one row a campaign and shard, moved once a batch: no transaction, which would take two units for every row it names.
  Counting each row in a transaction with its counter takes ${transactionUnits.toFixed(3)} units a row (${number(ALTERNATIVE_ROWS)} rows, measured the same way): two for the row and
  two for the counter, and no two transactions of a campaign at once.
- **Batches** here are larger than Lambda's, so counts and checkpoints move more often there: with batches of 100 changes that is one more
  write unit for every hundred rows.
- **By the hour**: ${each(PRICES.hourly)}; \`scoresStream\` has two, \`campaignDataStream\` one. MongoDB, Redis and the services behind their
  load balancer cost what their sizes cost.
- **By the month**: ${each(PRICES.monthly)}; a stage has one for each that [Rights](rights.md) names.
- **Left out**, because a laptop cannot measure them: Lambda's running time and requests, log storage, stored gigabytes, data transfer; and what a stage
  costs while it stands: the NAT gateway by hour and gigabyte, alarms and the dashboard by the month, the keys of KMS, and the empty receives by which
  Lambda's event source mappings poll each queue (five long polls at a time, some 650,000 requests a month for a queue that is never used).
- Entries live in MongoDB, so their writes are not in the table.
`;
};

writeFileSync('docs/cost.md', write(measure(), await measureTransactions()));

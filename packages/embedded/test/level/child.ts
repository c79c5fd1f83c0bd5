/**
 * What the tests of crashes run in a process of its own: `node child.ts <mode> <directory> [first call]`. It writes until somebody stops
 * it, and prints the number of each call once it was acknowledged.
 */
import { PortError } from '@verifiedfan/ports';
import { openLevelTable } from '../../src/index.ts';

const ROWS_PER_CALL = 20;
const OVERLAPPING = 4;
const [mode = '', location = '', first = '0'] = process.argv.slice(2);

const say = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

let nowMs = 1_700_000_000_000 + Number(first) * 1_000;
const clock = { now: () => nowMs, sleep: async () => undefined };
const table = openLevelTable({ name: 'child', location, clock, retentionMs: 200_000, writeBufferBytes: 65_536 });

const write = async (call: number): Promise<void> => {
  nowMs += 1_000;
  const filling = 'x'.repeat(mode === 'fill' ? 5_000 : 50);
  const actions = Array.from({ length: ROWS_PER_CALL }, (_, row) => ({
    update: { PK: `p${call % 7}`, SK: `s${row}` },
    set: { call, filling },
    add: { n: 1 },
  }));
  await table.updateMany(actions);
  say({ call });
};

/** Everything below is what somebody outside may see: acknowledged calls, or why there are none. */
const run = async (): Promise<void> => {
  await table.ready();
  say({ opened: true });
  if (mode === 'hold') {
    process.stdin.resume();
    return;
  }
  for (let call = Number(first); ; call += OVERLAPPING) {
    await Promise.all(Array.from({ length: OVERLAPPING }, (_, index) => write(call + index)));
  }
};

process.on('SIGXFSZ', () => undefined); // so that a file-size limit is an error of the write instead of the end of the process
run().catch((error: unknown) => {
  say({ error: error instanceof PortError ? error.code : String(error) });
  process.exit(3);
});

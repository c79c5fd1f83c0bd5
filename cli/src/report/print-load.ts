import type { CommandIo } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import { printBill } from './bill.ts';
import type { LoadReport } from './load-report.ts';

/** The readable form of a load's report: files, counts, workers, verdicts. */
export const printLoad = (io: CommandIo, report: LoadReport): void => {
  const { files, campaigns, workers, slack, seconds, recordsPerSecond, bill } = report;
  const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
  if (files.length > 0) {
    const rows = files.map(({ key, state, count }) => [
      key,
      state,
      number(count.in),
      number(count.out),
      number(count.filtered),
      number(count.invalid),
    ]);
    io.out(`\n${formatTable(['file', 'state', 'rows', 'scored', 'filtered', 'invalid'], rows)}`);
    for (const { key, reason } of files) if (reason !== undefined) io.out(`${key}: ${reason}\n`);
  }
  const counted = Object.entries(campaigns).map(([id, { verified, rejected, selected }]) => [
    id,
    verified,
    rejected,
    selected,
  ]);
  if (counted.length > 0) io.out(`\n${formatTable(['campaign', 'verified', 'rejected', 'selected'], counted)}`);
  const rowsOfWorkers = Object.entries(workers).map(([name, counters]) => [name, describeCounters(counters)]);
  io.out(`\n${formatTable(['worker', 'counters'], rowsOfWorkers)}`);
  for (const { campaignId, counts } of slack) {
    io.out(
      `Slack: ${campaignId} has ${counts.verified} verified, ${counts.rejected} rejected, ${counts.selected} selected\n`,
    );
  }
  if (bill !== undefined) printBill(io, bill);
  io.out(`${seconds} s, ${recordsPerSecond.toLocaleString('en')} rows/s\n`);
};

const describeCounters = (counters: object, prefix = ''): string =>
  Object.entries(counters)
    .map(([name, value]) =>
      typeof value === 'object' && value !== null
        ? describeCounters(value, `${prefix}${name}.`)
        : `${prefix}${name} ${value}`,
    )
    .join('  ');

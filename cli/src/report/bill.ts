import type { Estate } from '@verifiedfan/local';
import type { Bill } from '@verifiedfan/metering';
import type { CommandIo } from '../output/io.ts';
import { formatTable } from '../output/table.ts';
import type { CommandContext } from '../run/context.ts';

/** A running estate that counts nothing cannot say what a command used. */
export class NothingCountedError extends Error {
  override readonly name = 'NothingCountedError';
  readonly code = 'nothing_counted';
  readonly retryable = false;
}

/** Begins to count for a command that was asked for a bill; the returned function ends it. */
export const startBill = async (
  { bill }: Pick<CommandContext, 'bill'>,
  { meter }: Pick<Estate, 'meter'>,
): Promise<(() => Bill) | undefined> => {
  if (!bill) return undefined;
  if (meter === undefined)
    throw new NothingCountedError('the running estate counts nothing: stop it, or start it with --bill');
  const { createBill, usedBetween } = await import('@verifiedfan/metering');
  const before = meter.lines();
  return () => createBill(usedBetween(before, meter.lines()));
};

const money = (dollars: number): string => `$${dollars.toFixed(dollars < 1 ? 4 : 2)}`;

/** The readable form of a bill. */
export const printBill = (io: CommandIo, { date, region, lines, dollars }: Bill): void => {
  const rows = lines.map(({ service, resource, operation, requests, entries, unit, units, dollars: price }) => [
    ...[service, resource, operation, requests, entries],
    unit === 'free' ? 'free' : `${units.toLocaleString('en')} × ${unit}`,
    money(price),
  ]);
  io.out(`\n${formatTable(['service', 'resource', 'call', 'requests', 'entries', 'billed', 'price'], rows)}`);
  io.out(`${money(dollars)} at the prices of ${region}, ${date}; hours, Lambda's time, logs and storage come on top\n`);
};

import type { UseLine } from './meter.ts';
import { PRICES } from './prices.ts';

export type BillLine = UseLine & { dollars: number };
export type Bill = {
  /** Of the prices. */
  date: string;
  region: string;
  lines: BillLine[];
  dollars: number;
};

/** What these calls would cost on AWS, in US dollars, without what is paid by the hour or by Lambda's running time. */
export const createBill = (lines: readonly UseLine[]): Bill => {
  const priced = lines.map((line) => ({
    ...line,
    dollars: line.unit === 'free' ? 0 : line.units * PRICES.units[line.unit],
  }));
  const { date, region } = PRICES;
  return { date, region, lines: priced, dollars: priced.reduce((total, { dollars }) => total + dollars, 0) };
};

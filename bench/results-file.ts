import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchReport, BenchResult } from './result.ts';

const FILE = join(import.meta.dirname, 'RESULTS.md');

const INTRODUCTION = `# Results

Written by \`npm run bench\`, one section a benchmark; a rerun replaces its section. *Ratio* is how many times better ours is than the
other side of the same run, or than the limit. See \`README.md\` for what is compared and how.
`;

const round = (value: number): string =>
  value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
const met = ({ ratio, bar }: BenchResult): string => (ratio >= bar ? 'met' : 'missed');

const detailText = (value: number | string): string => (typeof value === 'number' ? round(value) : value);

const machineLine = ({ command, date, machine }: BenchReport): string =>
  `\`${command}\`, ${date}, ${machine.cores} cores (${machine.processor}), ${machine.memoryGibibytes} GiB, ${machine.platform}, Node ${machine.node}`;

/** What the terminal shows: the ratio first. */
export const formatReport = (report: BenchReport): string => {
  const lines = report.results.flatMap((result) => [
    `${result.ratio.toFixed(2)}×  ${result.name}  (bar ${result.bar}: ${met(result)})`,
    `       ours ${round(result.ours)}, theirs ${round(result.theirs)} ${result.unit}`,
    ...Object.entries(result.detail).map(([name, value]) => `       ${name}: ${detailText(value)}`),
  ]);
  return [...lines, machineLine(report), ''].join('\n');
};

// A quick look with options of its own must not replace the figures of the full run.
const titleOf = ({ command }: BenchReport): string => command.replace('npm run bench -- ', '');

const sectionOf = (report: BenchReport): string => {
  const rows = report.results.map(
    (result) =>
      `| **${result.ratio.toFixed(2)}** | ${result.bar} (${met(result)}) | ${result.name} | ${round(result.ours)} | ${round(result.theirs)} | ${result.unit} |`,
  );
  const details = report.results.map((result) => {
    const items = Object.entries(result.detail).map(([name, value]) => `${name}: ${detailText(value)}`);
    return `- ${result.name}: ${items.join('; ')}.`;
  });
  return [
    `## ${titleOf(report)}`,
    '',
    machineLine(report),
    '',
    '| ratio | bar | what | ours | theirs | unit |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    ...details,
    '',
  ].join('\n');
};

/** The text of RESULTS.md with the section of this report in its place, or behind the others. */
export const withSection = (text: string, report: BenchReport): string => {
  const [introduction, ...sections] = (text === '' ? INTRODUCTION : text).split(/^(?=## )/m);
  const heading = `## ${titleOf(report)}\n`;
  const at = sections.findIndex((section) => section.startsWith(heading));
  const all = at === -1 ? [...sections, sectionOf(report)] : sections.with(at, sectionOf(report));
  return `${[introduction, ...all].map((part) => (part ?? '').trim()).join('\n\n')}\n`;
};

export const saveReport = (report: BenchReport): void => {
  writeFileSync(FILE, withSection(existsSync(FILE) ? readFileSync(FILE, 'utf8') : '', report));
};

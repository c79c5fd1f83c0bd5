import type { Skip, SkipDifferences } from './skips.ts';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

const lines = (skips: readonly Skip[]): string =>
  skips.map((skip) => `  ${skip.suite} › ${skip.case}\n    ${skip.reason || 'no reason given'}`).join('\n');

/** Every skipped case with its reason. */
export const formatSkips = (skips: readonly Skip[]): string =>
  skips.length === 0 ? 'no case was skipped' : `${plural(skips.length, 'case')} skipped:\n${lines(skips)}`;

/** Why a list of skips fails the run, and what to do. */
export const formatDifferences = ({ added, vanished, withoutReason }: SkipDifferences): string =>
  [
    ...(withoutReason.length === 0
      ? []
      : [`skipped without a reason, which is never accepted:\n${lines(withoutReason)}`]),
    ...(added.length === 0 ? [] : [`skipped, but not in integration/skips.json:\n${lines(added)}`]),
    ...(vanished.length === 0 ? [] : [`in integration/skips.json, but not skipped any more:\n${lines(vanished)}`]),
    'If this is meant, write the list again: npm run test:integration -- --update-skips',
  ].join('\n');

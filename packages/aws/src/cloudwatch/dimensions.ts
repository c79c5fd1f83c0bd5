import type { MetricLabels } from '@verifiedfan/ports';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html */
const MOST_DIMENSIONS = 30;
const LONGEST_NAME = 255;
const LONGEST_VALUE = 1_024;

/** What stands in a dimension instead of a value that looks like data: an e-mail address, a phone number, an id. */
export const WITHHELD = 'withheld';

// Labels come from small closed sets. A value like these is a mistake of the caller, which would otherwise put personal data into
// CloudWatch, where it cannot be deleted, and cost a metric for each person.
const LOOKS_LIKE_DATA = [/@/, /\d[\d\s().-]{5,}\d/, /[0-9a-f]{16,}/i, /[0-9a-f]{8}-[0-9a-f]{4}-/i];

const cleaned = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').trim();

/** A metric's name as CloudWatch takes it; empty when nothing of it is left. */
export const toMetricName = (name: string): string => cleaned(name).replace(/^:+/, '').slice(0, LONGEST_NAME);

const dimensionValue = (value: string): string =>
  LOOKS_LIKE_DATA.some((pattern) => pattern.test(value)) ? WITHHELD : cleaned(value).slice(0, LONGEST_VALUE);

/**
 * Labels as CloudWatch takes them, by name: printable ASCII, at most thirty, none empty, no name that begins with a colon, and no value
 * that looks like personal data.
 */
export const toDimensions = (labels: MetricLabels): MetricLabels =>
  Object.fromEntries(
    Object.entries(labels)
      .map(([name, value]) => [cleaned(name).replace(/^:+/, '').slice(0, LONGEST_NAME), dimensionValue(value)] as const)
      .filter(([name, value]) => name !== '' && value !== '')
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .slice(0, MOST_DIMENSIONS),
  );

/** Three significant digits: half a per cent at most, and a few hundred different durations instead of as many as there are calls. */
export const roundValue = (value: number): number => Number(value.toPrecision(3));

export const unitOf = (kind: 'counter' | 'gauge' | 'timing'): 'Count' | 'None' | 'Milliseconds' =>
  kind === 'counter' ? 'Count' : kind === 'gauge' ? 'None' : 'Milliseconds';

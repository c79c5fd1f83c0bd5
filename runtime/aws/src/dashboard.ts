import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Metric } from './alarm.ts';
import { ageIn, lambdaMetric, messagesIn, newRowsIn, refusedBy, tableMetric } from './metrics.ts';
import { DEAD_LETTER_TABLE } from './rights.ts';
import type { Stage } from './stage.ts';

type Graph = readonly [title: string, metrics: readonly Metric[]];

/** What the alarms watch, and how much is done, on one page of CloudWatch. */
export const makeDashboard = (stage: Stage, lastQueues: readonly string[]): void => {
  const { scope, settings } = stage;
  const series = (metrics: readonly Metric[]) =>
    metrics.map(({ namespace, metric, statistic, dimensions }) => [
      ...[namespace, metric, ...Object.entries(dimensions).flat()],
      { stat: statistic },
    ]);
  const widgets = graphsOf(stage, lastQueues).map(([title, metrics], at) => ({
    ...{ type: 'metric', x: (at % 2) * 12, y: Math.floor(at / 2) * 6, width: 12, height: 6 },
    properties: { title, region: settings.region, period: 60, metrics: series(metrics) },
  }));
  new CfnDashboard(scope, 'Dashboard', { dashboardName: settings.prefix, dashboardBody: JSON.stringify({ widgets }) });
};

const graphsOf = ({ naming, workers, catalogue }: Stage, lastQueues: readonly string[]): Graph[] => {
  const each = (metric: string, statistic?: string) =>
    Object.keys(workers).map((name) => lambdaMetric(naming.functionNameOf(name), metric, statistic));
  const all = (kind: string): string[] =>
    Object.entries(catalogue).flatMap(([name, definition]) => (definition.kind === kind ? [naming.nameOf(name)] : []));
  return [
    ['Invocations', each('Invocations')],
    ['Errors', each('Errors')],
    ['Throttles', each('Throttles')],
    ['Duration, p99 (ms)', each('Duration', 'p99')],
    ['Age of the oldest record (ms)', each('IteratorAge', 'Maximum')],
    ['Age of the oldest message (s)', all('queue').map(ageIn)],
    ['Given up', lastQueues.map(messagesIn)],
    ['Rejected', Object.hasOwn(catalogue, DEAD_LETTER_TABLE) ? [newRowsIn(naming.nameOf(DEAD_LETTER_TABLE))] : []],
    ['Write units', all('table').map((name) => tableMetric(name, 'ConsumedWriteCapacityUnits'))],
    ['Records that streams refused', all('stream').map(refusedBy)],
  ];
};

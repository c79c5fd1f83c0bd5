import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** A series of CloudWatch's. */
export type Metric = {
  namespace: string;
  metric: string;
  statistic: string;
  dimensions: Readonly<Record<string, string>>;
};

export type AlarmOptions = Metric & {
  /** Behind the name of the stage, it is the name of the alarm. */
  id: string;
  what: string;
  /** More than this is too much. */
  threshold: number;
  /** So many in a row. @default 1 */
  minutes?: number;
};

export type AlarmPlace = { scope: Construct; settings: Settings; topicArn: string };

/** Tells the topic when a metric is too high for some minutes, and when it is not any more. No value is a good one: AWS sends none of most. */
export const makeAlarm = ({ scope, settings, topicArn }: AlarmPlace, options: AlarmOptions): CfnAlarm => {
  const { id, what, threshold, minutes = 1, namespace, metric, statistic, dimensions } = options;
  return new CfnAlarm(scope, `${id}Alarm`, {
    alarmName: `${settings.prefix}-${id}`,
    alarmDescription: what,
    namespace,
    metricName: metric,
    statistic,
    dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
    period: 60,
    evaluationPeriods: minutes,
    threshold,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
    alarmActions: [topicArn],
    okActions: [topicArn],
  });
};

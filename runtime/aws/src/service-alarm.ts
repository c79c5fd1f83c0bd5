import type { Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnMetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Naming } from './naming.ts';
import type { Settings } from './settings.ts';

export type ServiceAlarmOptions = {
  scope: Stack;
  settings: Settings;
  naming: Naming;
  /** The id of the service in the stack. */
  id: string;
  name: string;
  logGroupName: string;
};

/**
 * Tells somebody when a service logs an error: a request that failed inside, or an event that was given up. The latter stays in the outbox until
 * an operator sends it again, and nothing else would tell of it.
 */
export const makeServiceAlarm = ({ scope, settings, naming, id, name, logGroupName }: ServiceAlarmOptions): void => {
  const metric = { metricNamespace: settings.prefix, metricName: `${id}Errors` };
  new CfnMetricFilter(scope, `${id}ErrorLines`, {
    logGroupName,
    filterPattern: '{ ($.level = "error") || ($.level = "fatal") }',
    metricTransformations: [{ ...metric, metricValue: '1' }],
  });
  new CfnAlarm(scope, `${id}ErrorsAlarm`, {
    alarmName: `${settings.prefix}-${id}Errors`,
    alarmDescription: `${name} logs errors`,
    namespace: metric.metricNamespace,
    metricName: metric.metricName,
    statistic: 'Sum',
    period: 60,
    evaluationPeriods: 1,
    threshold: 0,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
    alarmActions: [naming.arns.alarms()],
    okActions: [naming.arns.alarms()],
  });
};

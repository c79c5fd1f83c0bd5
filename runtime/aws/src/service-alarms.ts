import type { Stack } from 'aws-cdk-lib';
import { CfnMetricFilter } from 'aws-cdk-lib/aws-logs';
import { type Metric, makeAlarm } from './alarm.ts';
import type { Naming } from './naming.ts';
import type { Settings } from './settings.ts';

type Place = { scope: Stack; settings: Settings; naming: Naming };

export type ServiceAlarmOptions = Place & {
  /** The id of the service in the stack. */
  id: string;
  name: string;
  logGroupName: string;
  /** As CloudWatch calls them: the last parts of their ARNs. */
  balancer: string;
  targetGroup: string;
};

const MINUTES = 3;

const balancerMetric = (metric: string, statistic: string, dimensions: Metric['dimensions']): Metric => ({
  ...{ namespace: 'AWS/ApplicationELB', metric, statistic, dimensions },
});

/**
 * Tells somebody when a service logs an error: a request that failed inside, or an event that was given up. The latter stays in the outbox until
 * an operator sends it again, and nothing else would tell of it. And when it answers with errors, or does not answer at all.
 */
export const makeServiceAlarms = (options: ServiceAlarmOptions): void => {
  const { scope, settings, naming, id, name, logGroupName, balancer, targetGroup } = options;
  const metric = { metricNamespace: settings.prefix, metricName: `${id}Errors` };
  new CfnMetricFilter(scope, `${id}ErrorLines`, {
    logGroupName,
    filterPattern: '{ ($.level = "error") || ($.level = "fatal") }',
    metricTransformations: [{ ...metric, metricValue: '1' }],
  });
  const place = { scope, settings, topicArn: naming.arns.alarms() };
  const dimensions = { LoadBalancer: balancer, TargetGroup: targetGroup };
  makeAlarm(place, {
    ...{ id: `${id}Errors`, what: `${name} logs errors`, threshold: 0 },
    ...{ namespace: metric.metricNamespace, metric: metric.metricName, statistic: 'Sum', dimensions: {} },
  });
  makeAlarm(place, {
    ...{ id: `${id}Answers`, what: `${name} answers with 5xx`, threshold: 0, minutes: MINUTES },
    ...balancerMetric('HTTPCode_Target_5XX_Count', 'Sum', dimensions),
  });
  makeAlarm(place, {
    ...{ id: `${id}Unhealthy`, what: `a task of ${name} does not answer`, threshold: 0, minutes: MINUTES },
    ...balancerMetric('UnHealthyHostCount', 'Maximum', dimensions),
  });
};

/** What the balancer answers itself, because no task does: 502, 503 and 504. */
export const makeBalancerAlarm = ({ scope, settings, naming }: Place, balancer: string): void => {
  makeAlarm(
    { scope, settings, topicArn: naming.arns.alarms() },
    {
      ...{ id: 'BalancerErrors', what: 'the load balancer finds no task that answers', threshold: 0, minutes: MINUTES },
      ...balancerMetric('HTTPCode_ELB_5XX_Count', 'Sum', { LoadBalancer: balancer }),
    },
  );
};

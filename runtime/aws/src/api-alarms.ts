import type { Stack } from 'aws-cdk-lib';
import { type AlarmOptions, type Metric, makeAlarm } from './alarm.ts';
import type { Naming } from './naming.ts';
import type { Settings } from './settings.ts';

/** A wrong token here and there is a client's business; so many in a minute, for five of them, are not. */
const REFUSED_A_MINUTE = 100;

export type ApiAlarmsOptions = { scope: Stack; settings: Settings; naming: Naming; apiId: string };

/** AppSync has no metric of its own for what it throttles: those requests are among the 4XX. */
export const makeApiAlarms = ({ scope, settings, naming, apiId }: ApiAlarmsOptions): void => {
  const metric = (name: string): Metric => ({
    ...{ namespace: 'AWS/AppSync', metric: name, statistic: 'Sum', dimensions: { GraphQLAPIId: apiId } },
  });
  const alarms: AlarmOptions[] = [
    { id: 'ApiErrors', what: 'the GraphQL API fails', threshold: 0, minutes: 3, ...metric('5XXError') },
    {
      ...{ id: 'ApiRefusals', threshold: REFUSED_A_MINUTE, minutes: 5, ...metric('4XXError') },
      what: 'the GraphQL API refuses many requests: throttled, without a token that is good, or no queries of its schema',
    },
  ];
  for (const options of alarms) makeAlarm({ scope, settings, topicArn: naming.arns.alarms() }, options);
};

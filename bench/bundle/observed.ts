/** Logs, measurements and spans as Powertools' manuals set them up for middy: https://docs.aws.amazon.com/powertools/typescript/latest/ */
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';

export const logger = new Logger();
const metrics = new Metrics();
const tracer = new Tracer();

export const count = (name: string, value: number): void => void metrics.addMetric(name, MetricUnit.Count, value);
export const observing = [captureLambdaHandler(tracer), injectLambdaContext(logger), logMetrics(metrics)];

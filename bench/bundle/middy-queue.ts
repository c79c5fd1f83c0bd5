/**
 * The first check of `verdictReporter`, whose counts may still change: reads the secrets of Slack, the counts of each campaign, and puts
 * the check back into its queue. With middy, Powertools' batch processor and the clients of AWS's SDK.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { count, observing } from './observed.ts';

const [dynamo, secrets, sqs] = [new DynamoDBClient({}), new SecretsManagerClient({}), new SQSClient({})];
const prefix = process.env.RESOURCE_PREFIX ?? '';
const TableName = `${prefix}-demandTable`;
const NAMES = ['verified', 'rejected', 'selected'] as const;

const readSecret = async (name: string): Promise<string> => {
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: `${prefix}/${name}` }));
  return SecretString;
};
const prepare = async () => {
  const [token, channel] = [await readSecret('slackBotToken'), await readSecret('slackChannel')];
  if (token === '' || channel === '') throw new Error('Slack is not set up');
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `${prefix}-verdictReporterQueue` }));
  return { QueueUrl };
};
let prepared: ReturnType<typeof prepare> | undefined;

const readCounts = async (campaignId: string): Promise<Record<string, number>> => {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'PK = :campaign AND begins_with(SK, :counts)',
      ExpressionAttributeValues: { ':campaign': { S: `campaign:${campaignId}` }, ':counts': { S: 'meta:counts' } },
      ConsistentRead: true,
    }),
  );
  const Key = { PK: { S: `campaign:${campaignId}` }, SK: { S: 'meta:counts' } };
  const { Item } = await dynamo.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  const revisionOf = (item: typeof Item): string => item?.revision?.N ?? '0';
  if (revisionOf(Item) !== revisionOf(Items.find(({ SK }) => SK?.S === Key.SK.S)))
    throw new Error('counts were folded');
  const sumOf = (name: string): number => Items.reduce((sum, item) => sum + Number(item[name]?.N ?? 0), 0);
  return Object.fromEntries(NAMES.map((name) => [name, sumOf(name)]));
};

const check = async ({ body }: SQSRecord): Promise<void> => {
  prepared ??= prepare();
  const { QueueUrl } = await prepared;
  const { campaigns } = JSON.parse(body) as { campaigns: string[] };
  for (const campaignId of campaigns) {
    const seen = { counts: await readCounts(campaignId), sinceMs: Date.now() };
    const MessageBody = JSON.stringify({ campaignId, attempt: 1, seen });
    const Entries = [{ Id: '0', MessageBody, DelaySeconds: 5 }];
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error('the check was not put back');
    count('requeued', 1);
  }
};

const processor = new BatchProcessor(EventType.SQS);

export const handler = middy<SQSEvent, unknown>()
  .use(observing)
  .handler((event: SQSEvent, context: Context) => processPartialResponse(event, check, processor, { context }));

import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnSubscription, CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import type { Stage } from './stage.ts';

/**
 * A key that CloudWatch may use. AWS's own for SNS does not let it, and its policy cannot be changed: every alarm would fail with
 * "CloudWatch Alarms does not have authorization to access the SNS topic encryption key".
 * https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
 */
const makeKey = ({ scope, settings: { partition, account, prefix } }: Stage): CfnKey =>
  new CfnKey(scope, 'AlarmsKey', {
    description: `Encrypts what the alarms of ${prefix} tell`,
    enableKeyRotation: true,
    pendingWindowInDays: 7,
    keyPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          ...{ Sid: 'Account', Effect: 'Allow', Principal: { AWS: `arn:${partition}:iam::${account}:root` } },
          ...{ Action: 'kms:*', Resource: '*' },
        },
        {
          // Without a condition, as AWS has it: whose alarms these may be is up to the topic.
          ...{ Sid: 'Alarms', Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } },
          ...{ Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*' },
        },
      ],
    },
  });

/** The topic that alarms are told to, encrypted and over TLS alone. */
export const makeAlarmTopic = (stage: Stage): CfnTopic => {
  const { scope, settings } = stage;
  const topic = new CfnTopic(scope, 'Alarms', {
    topicName: `${settings.prefix}-alarms`,
    kmsMasterKeyId: makeKey(stage).attrArn,
  });
  new CfnTopicPolicy(scope, 'AlarmsPolicy', {
    topics: [topic.ref],
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          ...{ Sid: 'TlsOnly', Effect: 'Deny', Principal: '*', Action: 'sns:Publish', Resource: topic.ref },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
        {
          ...{ Sid: 'Alarms', Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' } },
          ...{ Action: 'sns:Publish', Resource: topic.ref },
          Condition: { StringEquals: { 'aws:SourceAccount': settings.account } },
        },
      ],
    },
  });
  if (settings.alarmEmail !== undefined)
    new CfnSubscription(scope, 'AlarmMail', { topicArn: topic.ref, protocol: 'email', endpoint: settings.alarmEmail });
  return topic;
};

import { schema } from '@verifiedfan/graphql';
import { Stack, Validations } from 'aws-cdk-lib';
import { CfnDataSource, CfnGraphQLApi, CfnGraphQLSchema, CfnResolver } from 'aws-cdk-lib/aws-appsync';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { makeApiAlarms } from './api-alarms.ts';
import { idOf, type Naming, namingOf } from './naming.ts';
import { type StackOptions, stackProps } from './onsale-stack.ts';
import type { Settings } from './settings.ts';

const AUTHORIZER = 'validateToken';
const trusts = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});
/** Deeper than any query of ours, and far below what could be made expensive. */
const MAX_DEPTH = 8;
const MAX_RESOLVERS = 100;

/** The GraphQL API: the schema of the local gateway, the same authorizer, and for each field the worker that answers it. */
export const makeApiStack = (app: Construct, { settings, workers, catalogue }: StackOptions): Stack => {
  const description = 'Verified Fan: the GraphQL API of one stage';
  const scope = new Stack(app, `${settings.prefix}-api`, stackProps(settings, description));
  const naming = namingOf(settings, catalogue);
  const fields = Object.entries(schema.workers).filter(([, worker]) => Object.hasOwn(workers, worker));
  const api = makeApi(scope, settings, naming);
  makeApiAlarms({ scope, settings, naming, apiId: api.attrApiId });
  const sources = new Map<string, CfnDataSource>();
  const definition = new CfnGraphQLSchema(scope, 'Schema', { apiId: api.attrApiId, definition: schema.typeDefs });
  for (const [path, worker] of fields) {
    const [typeName = '', fieldName = ''] = path.split('.');
    const source = sources.get(worker) ?? makeSource({ scope, api, naming }, worker);
    sources.set(worker, source);
    const apiId = api.attrApiId;
    // Without templates the resolver is direct: the function gets the whole context, as it does locally.
    const resolver = new CfnResolver(scope, `${typeName}${idOf(fieldName)}`, {
      apiId,
      typeName,
      fieldName,
      dataSourceName: source.name,
    });
    resolver.addResourceDependency(definition);
    resolver.addResourceDependency(source);
  }
  return scope;
};

const makeApi = (scope: Stack, settings: Settings, naming: Naming): CfnGraphQLApi => {
  const { partition, region, account, prefix, logRetentionDays } = settings;
  const logs = new CfnRole(scope, 'LogsRole', {
    assumeRolePolicyDocument: trusts('appsync.amazonaws.com'),
    policies: [
      {
        policyName: 'logs',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: `arn:${partition}:logs:${region}:${account}:log-group:/aws/appsync/apis/*`,
            },
          ],
        },
      },
    ],
  });
  Validations.of(logs).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:${partition}:logs:${region}:${account}:log-group:/aws/appsync/apis/*]`,
    reason: 'The name of the log group holds the id of the API, which is made after its role.',
  });
  const api = new CfnGraphQLApi(scope, 'Api', {
    name: prefix,
    authenticationType: 'AWS_LAMBDA',
    // No cache: a token that was taken back must not be good for minutes.
    lambdaAuthorizerConfig: { authorizerUri: naming.arns.function(AUTHORIZER), authorizerResultTtlInSeconds: 0 },
    introspectionConfig: 'DISABLED',
    queryDepthLimit: MAX_DEPTH,
    resolverCountLimit: MAX_RESOLVERS,
    xrayEnabled: true,
    // Without verbose content: headers hold tokens, and arguments phone numbers.
    logConfig: { cloudWatchLogsRoleArn: logs.attrArn, fieldLogLevel: 'ERROR', excludeVerboseContent: true },
  });
  Validations.of(api).acknowledge({
    id: 'AwsSolutions-ASC3',
    reason:
      'Errors are logged; whole requests are not, for their headers hold tokens and their arguments phone numbers.',
  });
  new CfnLogGroup(scope, 'Logs', {
    logGroupName: `/aws/appsync/apis/${api.attrApiId}`,
    retentionInDays: logRetentionDays,
  });
  new CfnPermission(scope, 'AuthorizerPermission', {
    action: 'lambda:InvokeFunction',
    functionName: naming.functionNameOf(AUTHORIZER),
    principal: 'appsync.amazonaws.com',
    sourceArn: api.attrArn,
  });
  return api;
};

type SourceOptions = { scope: Stack; api: CfnGraphQLApi; naming: Naming };

const makeSource = ({ scope, api, naming }: SourceOptions, worker: string): CfnDataSource => {
  const called = naming.arns.function(worker);
  const role = new CfnRole(scope, `${idOf(worker)}SourceRole`, {
    assumeRolePolicyDocument: trusts('appsync.amazonaws.com'),
    policies: [
      {
        policyName: 'invoke',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: called }],
        },
      },
    ],
  });
  return new CfnDataSource(scope, `${idOf(worker)}Source`, {
    apiId: api.attrApiId,
    name: worker,
    type: 'AWS_LAMBDA',
    lambdaConfig: { lambdaFunctionArn: called },
    serviceRoleArn: role.attrArn,
  });
};

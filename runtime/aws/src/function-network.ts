import { engineSecretsOf } from './rights.ts';
import type { Stage } from './stage.ts';

/** Of AWS's own policy for functions in a network, AWSLambdaVPCAccessExecutionRole. */
const INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Only functions that use an engine beside AWS: the others reach everything they call from the networks of AWS's own, without a gateway. */
export const usesNetwork = ({ settings, workers, catalogue }: Stage, name: string): boolean => {
  const worker = workers[name];
  return settings.network !== undefined && worker !== undefined && engineSecretsOf(worker, catalogue).length > 0;
};

/** Where a function runs, as its CloudFormation resource says it. */
export const networkOf = (stage: Stage, name: string) => {
  const { network } = stage.settings;
  if (network === undefined || !usesNetwork(stage, name)) return {};
  return { vpcConfig: { subnetIds: [...network.privateSubnets], securityGroupIds: [...network.securityGroups] } };
};

/**
 * Lambda makes the interfaces with the role of the function, which its code has too; so the code is denied them, as AWS advises.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export const networkStatements = (stage: Stage, name: string) =>
  usesNetwork(stage, name)
    ? [
        { Effect: 'Allow', Action: INTERFACE_ACTIONS, Resource: '*' },
        {
          ...{ Effect: 'Deny', Action: [...INTERFACE_ACTIONS, 'ec2:DetachNetworkInterface'], Resource: '*' },
          Condition: { ArnEquals: { 'lambda:SourceFunctionArn': stage.naming.arns.function(name) } },
        },
      ]
    : [];

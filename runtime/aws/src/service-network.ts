import { CfnOutput, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  IpAddresses,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Network } from './setting-rules.ts';
import type { Settings } from './settings.ts';

export type ServiceNetwork = {
  vpc: IVpc;
  /** Groups of the stage's choice that every task is in beside its own. */
  groups: readonly ISecurityGroup[];
};

/** The network that the stage names, or one of its own. */
export const makeServiceNetwork = (scope: Stack, settings: Settings): ServiceNetwork =>
  settings.network === undefined
    ? { vpc: makeOwnNetwork(scope, settings), groups: [] }
    : useNetwork(scope, settings, settings.network);

/** What is there already is never changed: who is let in where is decided by its owner. */
const useNetwork = (scope: Stack, { zones }: Settings, network: Network): ServiceNetwork => ({
  vpc: Vpc.fromVpcAttributes(scope, 'Network', {
    vpcId: network.vpc,
    availabilityZones: [...zones],
    publicSubnetIds: [...network.publicSubnets],
    privateSubnetIds: [...network.privateSubnets],
  }),
  groups: network.securityGroups.map((id, at) =>
    SecurityGroup.fromSecurityGroupId(scope, `Group${at + 1}`, id, { mutable: false }),
  ),
});

/** Zones by name: to look zones up would need an account. Tasks go out through gateways and are reached by nobody but the balancer. */
const makeOwnNetwork = (scope: Stack, { zones, natGateways, logRetentionDays, prefix }: Settings): IVpc => {
  const logs = new LogGroup(scope, 'FlowLogs', {
    logGroupName: `/${prefix}/flow-logs`,
    retention: logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const network = new Vpc(scope, 'Network', {
    availabilityZones: [...zones],
    natGateways,
    ipAddresses: IpAddresses.cidr('10.40.0.0/20'),
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: 'public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
      { name: 'services', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    ],
    flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs(logs) } },
  });
  new CfnOutput(scope, 'EgressAddresses', {
    description: 'Where the services come from: the addresses for MongoDB and Redis to let in.',
    value: network.publicSubnets.flatMap(addressOf).join(','),
  });
  // CDK's classes declare members as possibly undefined that their interfaces declare as absent.
  return network as IVpc;
};

/** The address of the gateway in a subnet, where there is one. */
const addressOf = (subnet: ISubnet): string[] => {
  const address = subnet.node.tryFindChild('EIP');
  return address instanceof CfnEIP ? [address.ref] : [];
};

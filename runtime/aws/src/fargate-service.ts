import type { ServiceDefinition, ServiceName } from '@verifiedfan/lambda/services';
import type { Catalogue } from '@verifiedfan/ports';
import { Duration, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import { type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import {
  type ApplicationListener,
  type ApplicationLoadBalancer,
  ApplicationProtocol,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { idOf, type Naming } from './naming.ts';
import { type Right, serviceRightsOf } from './rights.ts';
import { makeServiceAlarms } from './service-alarms.ts';
import type { Settings } from './settings.ts';

/** Where a container listens. */
export const SERVICE_PORT = 8_080;
const TASKS = { least: 2, most: 10, processorPercent: 60 } as const;
/** A request that is under way may end: the services stop taking new ones at once and wait for what they have begun. */
const DRAIN_SECONDS = 20;

export type ServiceOptions = {
  scope: Stack;
  settings: Settings;
  naming: Naming;
  catalogue: Catalogue;
  cluster: ICluster;
  /** Groups that every task is in beside its own. */
  groups: readonly ISecurityGroup[];
  balancer: ApplicationLoadBalancer;
  listener: ApplicationListener;
  image: ContainerImage;
};

export type ServicePlace = { name: ServiceName; service: ServiceDefinition; host: string; priority: number };

/** One REST service: at least two tasks in two zones, rolled back when a new version does not become healthy. */
export const makeService = (
  { scope, settings, naming, catalogue, cluster, groups, balancer, listener, image }: ServiceOptions,
  { name, service: definition, host, priority }: ServicePlace,
): void => {
  const id = idOf(name.replace(/-(\w)/, (_, letter: string) => letter.toUpperCase()));
  const isArm = settings.architecture === 'arm64';
  const task = new FargateTaskDefinition(scope, `${id}Task`, {
    family: `${settings.prefix}-${name}`,
    cpu: 512,
    memoryLimitMiB: 1_024,
    runtimePlatform: {
      cpuArchitecture: isArm ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
  });
  for (const right of serviceRightsOf(definition, catalogue))
    task.addToTaskRolePolicy(toStatement(right, settings, naming));
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    logGroupName: `/${settings.prefix}/${name}`,
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  task.addContainer('service', {
    image,
    command: [`${name}/index.mjs`],
    environment: environmentOf(settings, name, definition),
    portMappings: [{ containerPort: SERVICE_PORT }],
    logging: LogDrivers.awsLogs({ streamPrefix: name, logGroup }),
    readonlyRootFilesystem: true,
    stopTimeout: Duration.seconds(DRAIN_SECONDS + 10),
  });
  Validations.of(task.executionRole ?? task).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'ecr:GetAuthorizationToken knows no resource; the image itself is named.',
  });
  Validations.of(task).acknowledge({
    id: 'AwsSolutions-ECS2',
    reason: 'The variables are names of the stage; every secret is read from Secrets Manager by the service itself.',
  });
  const service = new FargateService(scope, id, {
    cluster,
    securityGroups: [makeGroup(scope, id, cluster), ...groups],
    taskDefinition: task,
    desiredCount: TASKS.least,
    minHealthyPercent: 100,
    circuitBreaker: { rollback: true },
    healthCheckGracePeriod: Duration.seconds(30),
  });
  const scaling = service.autoScaleTaskCount({ minCapacity: TASKS.least, maxCapacity: TASKS.most });
  scaling.scaleOnCpuUtilization('Processor', { targetUtilizationPercent: TASKS.processorPercent });
  const targets = listener.addTargets(id, {
    port: SERVICE_PORT,
    protocol: ApplicationProtocol.HTTP,
    priority,
    conditions: [ListenerCondition.hostHeaders([host])],
    targets: [service],
    deregistrationDelay: Duration.seconds(DRAIN_SECONDS),
    // Not /ready, which asks the database too: while that is away ECS would stop every task, and start others that fare no better.
    healthCheck: { path: '/health', interval: Duration.seconds(10), timeout: Duration.seconds(5) },
  });
  makeServiceAlarms({
    ...{ scope, settings, naming, id, name, logGroupName: logGroup.logGroupName },
    ...{ balancer: balancer.loadBalancerFullName, targetGroup: targets.targetGroupFullName },
  });
};

/** What the balancer is let into, and nobody else. */
const makeGroup = (scope: Stack, id: string, { vpc }: ICluster): ISecurityGroup =>
  new SecurityGroup(scope, `${id}Group`, { vpc, description: `Tasks of ${id}` }) as ISecurityGroup;

/** Only partners that are reached elsewhere than at their own addresses are told. */
const environmentOf = (
  settings: Settings,
  name: ServiceName,
  { partners }: ServiceDefinition,
): Record<string, string> => {
  const told = Object.entries(settings.endpoints).filter(([endpoint]) => Object.hasOwn(partners, endpoint));
  return {
    ...settings.environment,
    APP_NAME: name,
    RESOURCE_PREFIX: settings.prefix,
    AWS_REGION: settings.region,
    PORT: String(SERVICE_PORT),
    ...(told.length === 0 ? {} : { ENDPOINTS: JSON.stringify(Object.fromEntries(told)) }),
  };
};

const toStatement = ({ subject, actions }: Right, settings: Settings, naming: Naming): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [arnOf(subject, settings, naming)] });

/** All of it is made by the other stack under known names. AWS puts six characters of its own behind that of a secret. */
const arnOf = (subject: Right['subject'], { partition, region, account }: Settings, naming: Naming): string => {
  if (subject.kind === 'stream' || subject.kind === 'queue') return naming.arns[subject.kind](subject.name);
  if (subject.kind !== 'secret') throw new TypeError(`the task of a service has no right on a ${subject.kind}`);
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${naming.secretNameOf(subject.name)}-??????`;
};

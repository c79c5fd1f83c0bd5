import { Duration, RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
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
  ApplicationProtocol,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { idOf, type Naming } from './naming.ts';
import type { Settings } from './settings.ts';

/** Where a container listens. */
export const SERVICE_PORT = 8_080;
const SECRETS = ['mongodbUri', 'tokenKeys'] as const;
const TASKS = { least: 2, most: 10, processorPercent: 60 } as const;
/** A request that is under way may end: the services stop taking new ones at once and wait for what they have begun. */
const DRAIN_SECONDS = 20;

export type ServiceOptions = {
  scope: Stack;
  settings: Settings;
  naming: Naming;
  cluster: ICluster;
  listener: ApplicationListener;
  image: ContainerImage;
};

/** One REST service: at least two tasks in two zones, rolled back when a new version does not become healthy. */
export const makeService = (
  { scope, settings, naming, cluster, listener, image }: ServiceOptions,
  { name, host, priority }: { name: string; host: string; priority: number },
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
  allowSecrets(task, settings, naming);
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    logGroupName: `/${settings.prefix}/${name}`,
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  task.addContainer('service', {
    image,
    command: [`${name}/index.mjs`],
    environment: { APP_NAME: name, RESOURCE_PREFIX: settings.prefix, AWS_REGION: settings.region },
    portMappings: [{ containerPort: SERVICE_PORT }],
    logging: LogDrivers.awsLogs({ streamPrefix: name, logGroup }),
    readonlyRootFilesystem: true,
    stopTimeout: Duration.seconds(DRAIN_SECONDS + 10),
  });
  Validations.of(task).acknowledge({
    id: 'AwsSolutions-ECS2',
    reason: 'The variables are names of the stage; every secret is read from Secrets Manager by the service itself.',
  });
  const service = new FargateService(scope, id, {
    cluster,
    taskDefinition: task,
    desiredCount: TASKS.least,
    minHealthyPercent: 100,
    circuitBreaker: { rollback: true },
    healthCheckGracePeriod: Duration.seconds(30),
  });
  const scaling = service.autoScaleTaskCount({ minCapacity: TASKS.least, maxCapacity: TASKS.most });
  scaling.scaleOnCpuUtilization('Processor', { targetUtilizationPercent: TASKS.processorPercent });
  listener.addTargets(id, {
    port: SERVICE_PORT,
    protocol: ApplicationProtocol.HTTP,
    priority,
    conditions: [ListenerCondition.hostHeaders([host])],
    targets: [service],
    deregistrationDelay: Duration.seconds(DRAIN_SECONDS),
    healthCheck: { path: '/ready', interval: Duration.seconds(10), timeout: Duration.seconds(5) },
  });
};

/** The secrets are made by the other stack under known names; AWS puts six characters of its own behind each. */
const allowSecrets = (task: FargateTaskDefinition, { partition, region, account }: Settings, naming: Naming): void => {
  const resources = SECRETS.map(
    (name) => `arn:${partition}:secretsmanager:${region}:${account}:secret:${naming.secretNameOf(name)}-??????`,
  );
  task.addToTaskRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
  Validations.of(task.executionRole ?? task).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'ecr:GetAuthorizationToken knows no resource; the image itself is named.',
  });
};

import { services as list, type ServiceName } from '@verifiedfan/lambda/services';
import { IgnoreMode, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Cluster, ContainerImage, ContainerInsights, type ICluster } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ListenerAction,
  ListenerCertificate,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { makeService } from './fargate-service.ts';
import { namingOf } from './naming.ts';
import { type StackOptions, stackProps } from './onsale-stack.ts';
import { makeBalancerAlarm } from './service-alarms.ts';
import { makeServiceNetwork } from './service-network.ts';
import type { Settings } from './settings.ts';

export type ServicesOptions = StackOptions & {
  services: NonNullable<Settings['services']>;
  /** The repository: the image is made from its Dockerfile and its bundles. */
  root: string;
};

/** The names below the domain that the services answer at. */
const HOSTS: Readonly<Record<ServiceName, string>> = { 'campaign-service': 'campaigns', 'entry-service': 'entries' };

/** Nothing goes into the image but what its Dockerfile copies. */
const IMAGE_ONLY = ['*', '!dist/services/**', '!runtime/aws/Dockerfile'];

/** The REST services on Fargate, in private subnets, behind one load balancer that speaks TLS alone. */
export const makeServicesStack = (app: Construct, options: ServicesOptions): Stack => {
  const { settings, catalogue, services, root } = options;
  const description = 'Verified Fan: the REST services of one stage';
  const scope = new Stack(app, `${settings.prefix}-services`, stackProps(settings, description));
  // A network compares its zones with those of the account, which only a look-up would know.
  Object.defineProperty(scope, 'availabilityZones', { value: [...settings.zones] });
  Validations.of(scope).acknowledge({
    id: 'CloudFormation-Validate::W3010',
    reason:
      'Zones are pinned by a setting: to look them up needs an account, and moves subnets when the answer changes.',
  });
  const { vpc, groups } = makeServiceNetwork(scope, settings);
  const balancer = makeBalancer(scope, vpc, settings);
  const listener = balancer.addListener('Https', {
    port: 443,
    protocol: ApplicationProtocol.HTTPS,
    sslPolicy: SslPolicy.RECOMMENDED_TLS,
    certificates: [ListenerCertificate.fromArn(services.certificateArn)],
    defaultAction: ListenerAction.fixedResponse(404),
    // Opened below, where the rule says why.
    open: false,
  });
  const cluster = new Cluster(scope, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED }) as ICluster;
  const isArm = settings.architecture === 'arm64';
  const image = ContainerImage.fromAsset(root, {
    file: 'runtime/aws/Dockerfile',
    exclude: IMAGE_ONLY,
    ignoreMode: IgnoreMode.DOCKER,
    platform: isArm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
  });
  const naming = namingOf(settings, catalogue);
  for (const [at, name] of (Object.keys(list) as ServiceName[]).entries())
    makeService(
      { scope, settings, naming, catalogue, cluster, groups, balancer, listener, image },
      { name, service: list[name], priority: at + 1, host: `${HOSTS[name]}.${services.domain}` },
    );
  makeBalancerAlarm({ scope, settings, naming }, balancer.loadBalancerFullName);
  return scope;
};

const makeBalancer = (scope: Stack, vpc: IVpc, { isProduction }: Settings): ApplicationLoadBalancer => {
  const open = new SecurityGroup(scope, 'BalancerGroup', {
    vpc,
    allowAllOutbound: false,
    description: 'HTTPS from anywhere',
  });
  open.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'promoters, registration pages and workers');
  Validations.of(open).acknowledge({
    id: 'AwsSolutions-EC23',
    reason: 'The services are public by purpose, over TLS alone; every route asks for a token of the stage.',
  });
  const balancer = new ApplicationLoadBalancer(scope, 'Balancer', {
    vpc,
    internetFacing: true,
    securityGroup: open,
    dropInvalidHeaderFields: true,
    // Nothing is in it that would be lost; in production a slip would take the names off the net.
    deletionProtection: isProduction,
  });
  const logs = new Bucket(scope, 'AccessLogs', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(logs).acknowledge({ id: 'AwsSolutions-S1', reason: 'This bucket holds access logs itself.' });
  balancer.logAccessLogs(logs as IBucket);
  return balancer;
};

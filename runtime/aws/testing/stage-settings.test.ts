import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CONTEXT, ofType, type Synthesised, synthesise } from './support/synthesise.ts';

const NETWORK = {
  vpc: 'vpc-0000000a',
  privateSubnets: ['subnet-0000000a', 'subnet-0000000b'],
  publicSubnets: ['subnet-0000000c', 'subnet-0000000d'],
  securityGroups: ['sg-0000000a'],
};
const isClean = (app: Synthesised): void => {
  assert.deepEqual(app.missing, []);
  assert.doesNotMatch(JSON.stringify(app.report), /"conclusion":"failure"/);
};

describe('a stage with a network and shards of its choice', () => {
  let app: Synthesised;
  before(() => {
    const shards = JSON.stringify({ scoresStream: 8, campaignDataStream: 'on-demand' });
    app = synthesise({ ...CONTEXT, network: JSON.stringify(NETWORK), shards });
  });
  after(() => app.remove());

  it('is clean by the same rules, and looks nothing up', () => isClean(app));

  it('puts exactly those functions there that use an engine beside AWS', () => {
    const placed = ofType(app.templates.onsale, 'AWS::Lambda::Function').flatMap(([id, { VpcConfig }]) =>
      VpcConfig === undefined ? [] : [[id, VpcConfig]],
    );
    assert.deepEqual(placed, [
      ['LookupPhoneScore', { SubnetIds: NETWORK.privateSubnets, SecurityGroupIds: NETWORK.securityGroups }],
    ]);
  });

  it('lets Lambda make their interfaces, and not their code', () => {
    type Policies = { PolicyDocument: { Statement: { Effect: string; Action: string[]; Condition?: unknown }[] } }[];
    const statementsOf = (role: string) => {
      const policies = app.templates.onsale?.Resources[role]?.Properties.Policies as unknown as Policies;
      return policies
        .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('ec2:')));
    };
    const [allowed, denied] = statementsOf('LookupPhoneScoreRole');
    assert.deepEqual([allowed?.Effect, denied?.Effect], ['Allow', 'Deny']);
    assert.deepEqual(
      allowed?.Action.filter((action) => !denied?.Action.includes(action)),
      [],
    );
    assert.deepEqual(denied?.Condition, {
      ArnEquals: {
        'lambda:SourceFunctionArn': 'arn:aws:lambda:eu-west-1:111122223333:function:verifiedfan-test-lookupPhoneScore',
      },
    });
    assert.deepEqual(statementsOf('VerdictReporterRole'), []);
  });

  it('makes no network, and changes nothing in the one that is there', () => {
    const services = app.templates.services;
    for (const type of ['VPC', 'Subnet', 'NatGateway', 'EIP', 'Route'])
      assert.deepEqual(ofType(services, `AWS::EC2::${type}`), [], type);
    const [[, balancer]] = ofType(services, 'AWS::ElasticLoadBalancingV2::LoadBalancer') as [[string, object]];
    assert.deepEqual((balancer as { Subnets?: unknown }).Subnets, NETWORK.publicSubnets);
    for (const [id, service] of ofType(services, 'AWS::ECS::Service')) {
      const { AwsvpcConfiguration } = service.NetworkConfiguration as unknown as {
        AwsvpcConfiguration: Record<string, unknown[]>;
      };
      assert.deepEqual(AwsvpcConfiguration.Subnets, NETWORK.privateSubnets, id);
      assert.equal(AwsvpcConfiguration.SecurityGroups?.at(-1), 'sg-0000000a', id);
      assert.equal(AwsvpcConfiguration.SecurityGroups?.length, 2, id);
    }
    for (const type of ['SecurityGroupIngress', 'SecurityGroupEgress'])
      for (const [id, { GroupId }] of ofType(services, `AWS::EC2::${type}`))
        assert.notEqual(GroupId, 'sg-0000000a', id);
  });

  it('gives its streams the shards that it names', () => {
    const stream = (id: string) => app.templates.onsale?.Resources[id]?.Properties ?? {};
    assert.deepEqual(stream('ScoresStream').ShardCount, 8);
    assert.deepEqual(stream('ScoresStream').StreamModeDetails, { StreamMode: 'PROVISIONED' });
    assert.deepEqual(stream('CampaignDataStream').ShardCount, undefined);
    assert.deepEqual(stream('CampaignDataStream').StreamModeDetails, { StreamMode: 'ON_DEMAND' });
  });
});

describe('what protects a stage', () => {
  const isProtected = (app: Synthesised): unknown => {
    const balancers = ofType(app.templates.services, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    const attributes = (balancers[0]?.[1].LoadBalancerAttributes ?? []) as { Key: string; Value: string }[];
    return attributes.find(({ Key }) => Key === 'deletion_protection.enabled')?.Value;
  };
  let production: Synthesised;
  let test: Synthesised;
  before(() => {
    production = synthesise({ ...CONTEXT, stage: 'prod' });
    test = synthesise();
  });
  after(() => {
    production.remove();
    test.remove();
  });

  it('is in the way of its removal in production alone', () => {
    isClean(production);
    assert.equal(isProtected(production), 'true');
    assert.notEqual(isProtected(test), 'true');
  });

  it('has a way out for each zone in production, and says where the services come from', () => {
    for (const [app, gateways] of [
      [production, 2],
      [test, 1],
    ] as const) {
      assert.equal(ofType(app.templates.services, 'AWS::EC2::NatGateway').length, gateways);
      const { Outputs = {} } = app.templates.services as { Outputs?: Record<string, { Value: unknown }> };
      const told = JSON.stringify(Outputs.EgressAddresses?.Value);
      assert.equal(told.match(/"Ref":"Networkpublic\w*EIP\w*"/g)?.length, gateways, told);
    }
  });

  it('does not stop the tasks of a service because its database is away', () => {
    const groups = ofType(test.templates.services, 'AWS::ElasticLoadBalancingV2::TargetGroup');
    assert.equal(groups.length, 2);
    for (const [id, { HealthCheckPath }] of groups) assert.equal(HealthCheckPath, '/health', id);
  });
});

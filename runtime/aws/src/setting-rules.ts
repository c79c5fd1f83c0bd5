import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { SettingReader } from './setting-reader.ts';

/** How many shards a stream has, or that AWS decides. */
export type Shards = number | 'on-demand';

/** A network that is there already, where MongoDB and Redis are reached at private addresses. */
export type Network = {
  vpc: string;
  /** One a zone, in the order of `zones`, with a way to the internet through a NAT gateway. */
  privateSubnets: readonly string[];
  /** One a zone, for the balancer; none without the services. */
  publicSubnets: readonly string[];
  /** Groups that the engines let in. */
  securityGroups: readonly string[];
};

/** CloudFormation takes these and no others; one more of CDK's, "infinite", is its word for none. */
const RETENTIONS = Object.values(RetentionDays).filter(
  (days): days is number => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

/** Kinesis itself; what an account may have is a quota of far less. */
const MOST_SHARDS = 10_000;

export const readRetention = (reader: SettingReader): number => {
  const days = Number(reader.text('logRetentionDays') ?? 30);
  if (!RETENTIONS.includes(days)) reader.fault(`logRetentionDays must be one of ${RETENTIONS.join(', ')}`);
  return days;
};

/** The part of AWS that a region belongs to, which every ARN names. A region that CDK does not know is taken for a slip. */
export const readPartition = (reader: SettingReader, region: string): string => {
  const { partition } = RegionInfo.get(region);
  if (partition === undefined && region !== '') reader.fault(`region must be one that AWS has: ${region} is none`);
  return partition ?? 'aws';
};

export const readZones = (reader: SettingReader, region: string): string[] => {
  const zones = (reader.text('zones') ?? `${region}a,${region}b`).split(',');
  const isRight = zones.every((zone) => zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length)));
  if (!isRight || zones.length < 2 || new Set(zones).size !== zones.length)
    reader.fault(`zones must name two or more different zones of ${region || 'the region'}, with a comma between them`);
  return zones;
};

const isWeb = (value: unknown): value is string =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

/** The functions refuse any others when they start. */
export const readEndpoints = (reader: SettingReader, known: readonly string[]): Record<string, string> => {
  const named = Object.entries(reader.object('endpoints', 'URLs by name') ?? {});
  for (const [name, url] of named) {
    if (!known.includes(name))
      reader.fault(`endpoints must not name ${name}: nothing calls it, only ${known.join(', ')}`);
    if (!isWeb(url)) reader.fault(`endpoints must be http or https URLs: that of ${name} is not`);
  }
  return Object.fromEntries(named.filter((entry): entry is [string, string] => isWeb(entry[1])));
};

/** What the app tells functions and tasks itself. */
const OWN_VARIABLES = ['APP_NAME', 'RESOURCE_PREFIX', 'BUCKET_SUFFIX', 'ENDPOINTS', 'PORT'];

/** Lambda refuses variables that it sets itself. */
export const readEnvironment = (reader: SettingReader): Record<string, string> => {
  const what = 'texts by names such as LOG_LEVEL';
  const named = Object.entries(reader.object('environment', what) ?? {});
  for (const [name, value] of named) {
    if (!/^(?!AWS_|LAMBDA_)[A-Z][A-Z0-9_]*$/.test(name) || OWN_VARIABLES.includes(name))
      reader.fault(`environment must not name ${name}: AWS or the app sets it, or it is no name of a variable`);
    if (typeof value !== 'string') reader.fault(`environment must be ${what}: that of ${name} is no text`);
  }
  return Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
};

export const readShards = (reader: SettingReader, streams: readonly string[]): Record<string, Shards> => {
  const named = Object.entries(reader.object('shards', 'numbers by stream') ?? {});
  const isRight = (value: unknown): value is Shards =>
    value === 'on-demand' || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_SHARDS);
  for (const [name, value] of named) {
    if (!streams.includes(name)) reader.fault(`shards must not name ${name}: the streams are ${streams.join(', ')}`);
    if (!isRight(value)) reader.fault(`shards must be whole numbers from 1 or "on-demand": that of ${name} is neither`);
  }
  return Object.fromEntries(named.filter((entry): entry is [string, Shards] => isRight(entry[1])));
};

/** One member of `network`: ids of one kind, as many as there are zones where each zone needs one. */
const readIds = (reader: SettingReader, value: unknown, { member, pattern }: { member: string; pattern: RegExp }) => {
  const ids: unknown[] = Array.isArray(value) ? value : [];
  const isRight = ids.every((id) => typeof id === 'string' && pattern.test(id)) && new Set(ids).size === ids.length;
  if (!isRight || (value !== undefined && !Array.isArray(value)))
    reader.fault(`network must list different ids that match ${pattern.source} as ${member}`);
  return ids.map(String);
};

export const readNetwork = (
  reader: SettingReader,
  needs: { zones: number; services: boolean },
): Network | undefined => {
  const given = reader.object('network', 'ids: vpc, privateSubnets, publicSubnets, securityGroups');
  if (given === undefined) return undefined;
  const { vpc, privateSubnets, publicSubnets, securityGroups, ...others } = given;
  for (const name of Object.keys(others)) reader.fault(`network must not have a member ${name}`);
  if (typeof vpc !== 'string' || !/^vpc-[0-9a-f]{8,17}$/.test(vpc))
    reader.fault('network must name a vpc, such as vpc-0a1b2c3d');
  const subnet = /^subnet-[0-9a-f]{8,17}$/;
  const network = {
    vpc: String(vpc),
    privateSubnets: readIds(reader, privateSubnets, { member: 'privateSubnets', pattern: subnet }),
    publicSubnets: readIds(reader, publicSubnets, { member: 'publicSubnets', pattern: subnet }),
    securityGroups: readIds(reader, securityGroups, { member: 'securityGroups', pattern: /^sg-[0-9a-f]{8,17}$/ }),
  };
  const { zones, services } = needs;
  if (network.privateSubnets.length !== zones)
    reader.fault('network must have one of privateSubnets for each of zones');
  if (services && network.publicSubnets.length !== zones)
    reader.fault('network must have one of publicSubnets for each of zones, for the balancer of the services');
  if (network.securityGroups.length === 0) reader.fault('network must have securityGroups that the engines let in');
  return network;
};

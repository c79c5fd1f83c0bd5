import { createSettingReader, type SettingReader, SettingsError } from './setting-reader.ts';
import {
  type Network,
  readEndpoints,
  readEnvironment,
  readNetwork,
  readPartition,
  readRetention,
  readShards,
  readZones,
  type Shards,
} from './setting-rules.ts';

/** Everything that a stage may decide. Nothing is looked up in an account: the same context gives the same templates, offline. */
export type Settings = {
  /** Stages share nothing: every name begins with `verifiedfan-<stage>`. */
  stage: string;
  prefix: string;
  account: string;
  region: string;
  partition: string;
  /** Removed only after somebody has lifted its protection, and reached while a zone is down. */
  isProduction: boolean;
  /** Behind the names of buckets, which are unique in the world. */
  bucketSuffix: string;
  /** Two availability zones, pinned: to look them up needs an account. */
  zones: readonly string[];
  /** Of the services' own network: with one alone its zone takes the others' way out with it. @default one a zone in production, else one */
  natGateways: number;
  architecture: 'arm64' | 'x86_64';
  logRetentionDays: number;
  /** Invocations kept for each function; off by default, because a new account has ten in all. */
  reservedConcurrency: number | undefined;
  /** Of streams, where the stage wants others than the catalogue says. */
  shards: Readonly<Record<string, Shards>>;
  /** Where the services, and those functions that use an engine beside AWS, run instead of networks of the app's and of AWS's own. */
  network: Network | undefined;
  /** Base URLs of what workers call, by the names that they use. */
  endpoints: Readonly<Record<string, string>>;
  /** Further variables of every function, such as LOG_LEVEL and OTEL_COLLECTOR_HOST. */
  environment: Readonly<Record<string, string>>;
  /** Where the REST services are reached, behind this certificate; without both they are not part of the app. */
  services: { domain: string; certificateArn: string } | undefined;
  /** Who is told of alarms. */
  alarmEmail: string | undefined;
};

/** What settings may name. */
export type KnownNames = { endpoints: readonly string[]; streams: readonly string[] };

export type ReadSettingsOptions = {
  get: (name: string) => unknown;
  /** Every name of the context, to refuse those that mean nothing. Those with `:`, `/`, `@` or `-` are CDK's own. */
  names: readonly string[];
  known: KnownNames;
};

const NAMES = [
  ...['stage', 'account', 'region', 'services', 'domain', 'certificateArn', 'zones', 'natGateways', 'network'],
  ...['architecture', 'logRetentionDays', 'reservedConcurrency', 'shards', 'endpoints', 'environment', 'alarmEmail'],
];

const GRAMMAR = {
  stage: /^[a-z][a-z0-9]{0,11}$/,
  account: /^\d{12}$/,
  region: /^[a-z]{2,4}(-[a-z]+)+-\d$/,
  domain: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
  certificateArn: /^arn:[a-z-]+:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/,
} as const;

const EXAMPLE = 'npm run synth -- -c stage=dev -c account=111122223333 -c region=eu-west-1 -c services=none';

/** The third parties, and the services where the app has them. */
const endpointsOf = (domain: string | undefined): Record<string, string> => ({
  slack: 'https://slack.com/api',
  telesign: 'https://detect.telesign.com',
  ...(domain === undefined
    ? {}
    : { campaignService: `https://campaigns.${domain}`, entryService: `https://entries.${domain}` }),
});

/** Reads the context of `cdk synth -c name=value`, or of cdk.json. Throws a `SettingsError` that names everything that is wrong. */
export const readSettings = ({ get, names, known }: ReadSettingsOptions): Settings => {
  const reader = createSettingReader(get);
  const { text, required, number, fault } = reader;
  for (const name of names)
    if (!/[^A-Za-z0-9_]/.test(name) && !NAMES.includes(name))
      fault(`${name} is no setting: there are ${NAMES.join(', ')}`);
  const what = 'a name such as dev, which every resource of the stage begins with';
  const stage = required('stage', { pattern: GRAMMAR.stage, what });
  const account = required('account', { pattern: GRAMMAR.account, what: 'the number of the AWS account' });
  const region = required('region', { pattern: GRAMMAR.region, what: 'such as eu-west-1' });
  const partition = readPartition(reader, region);
  const services = readServices(reader, { partition, region, account });
  const architecture = text('architecture') ?? 'arm64';
  if (architecture !== 'arm64' && architecture !== 'x86_64') fault('architecture must be arm64 or x86_64');
  const zones = readZones(reader, region);
  const isProduction = stage.startsWith('prod');
  const settings: Settings = {
    ...{ stage, account, region, partition, services, zones, isProduction },
    natGateways: number('natGateways', { least: 1, most: zones.length }) ?? (isProduction ? zones.length : 1),
    logRetentionDays: readRetention(reader),
    // None at all would stop every function.
    reservedConcurrency: number('reservedConcurrency', { least: 1, most: 100_000 }),
    shards: readShards(reader, known.streams),
    network: readNetwork(reader, { zones: zones.length, services: services !== undefined }),
    endpoints: { ...endpointsOf(services?.domain), ...readEndpoints(reader, known.endpoints) },
    environment: readEnvironment(reader),
    architecture: architecture === 'arm64' ? 'arm64' : 'x86_64',
    prefix: `verifiedfan-${stage}`,
    bucketSuffix: `${account}-${shortRegion(region)}`,
    alarmEmail: readEmail(reader),
  };
  if (reader.faults.length > 0) throw new SettingsError(`${reader.faults.join('\n')}\nfor example: ${EXAMPLE}`);
  return settings;
};

type Place = Pick<Settings, 'partition' | 'region' | 'account'>;

const readServices = (reader: SettingReader, { partition, region, account }: Place): Settings['services'] => {
  const wanted = reader.text('services');
  if (wanted === 'none') return undefined;
  if (wanted !== undefined) reader.fault('services must be none, or be left out');
  const what = 'the REST services answer at campaigns.<domain> and entries.<domain>; or services=none';
  const domain = reader.required('domain', { pattern: GRAMMAR.domain, what });
  const certificate = 'a certificate for these two names; or services=none';
  const certificateArn = reader.required('certificateArn', { pattern: GRAMMAR.certificateArn, what: certificate });
  const isOurs = certificateArn.startsWith(`arn:${partition}:acm:${region}:${account}:`);
  if (GRAMMAR.certificateArn.test(certificateArn) && !isOurs)
    reader.fault(`certificateArn must be of ${region} and of account ${account}: a load balancer takes no other`);
  return { domain, certificateArn };
};

const readEmail = (reader: SettingReader): string | undefined => {
  const email = reader.text('alarmEmail');
  if (email !== undefined && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) reader.fault('alarmEmail must be an address');
  return email;
};

/** `ap-southeast-1` is `apse1`: the whole name would not fit behind the longest bucket. */
const shortRegion = (region: string): string =>
  region.replaceAll(/north|south|east|west|central|gov/g, (word) => word.charAt(0)).replaceAll('-', '');

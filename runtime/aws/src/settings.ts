/** Everything that a stage may decide. Nothing is looked up in an account: the same context gives the same templates, offline. */
export type Settings = {
  /** Stages share nothing: every name begins with `verifiedfan-<stage>`. */
  stage: string;
  prefix: string;
  account: string;
  region: string;
  partition: string;
  /** Behind the names of buckets, which are unique in the world. */
  bucketSuffix: string;
  /** Two availability zones, pinned: to look them up needs an account. */
  zones: readonly string[];
  architecture: 'arm64' | 'x86_64';
  logRetentionDays: number;
  /** Invocations kept for each function; off by default, because a new account has ten in all. */
  reservedConcurrency: number | undefined;
  /** Base URLs of what workers call, by the names that they use. */
  endpoints: Readonly<Record<string, string>>;
  /** Further variables of every function, such as LOG_LEVEL and OTEL_COLLECTOR_HOST; what the app sets itself stays. */
  environment: Readonly<Record<string, string>>;
  /** Where the REST services are reached, behind this certificate; without both they are not part of the app. */
  services: { domain: string; certificateArn: string } | undefined;
  /** Who is told of alarms. */
  alarmEmail: string | undefined;
};

/** Settings that are missing or cannot be; all of them at once. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'settings';
  readonly retryable = false;
}

type Get = (name: string) => unknown;

const GRAMMAR = {
  stage: /^[a-z][a-z0-9]{0,11}$/,
  account: /^\d{12}$/,
  region: /^[a-z]{2}(-[a-z]+)+-\d$/,
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
export const readSettings = (get: Get): Settings => {
  const faults: string[] = [];
  const text = (name: string): string | undefined => {
    const value = get(name);
    return value === undefined || value === '' ? undefined : String(value);
  };
  const required = (name: keyof typeof GRAMMAR, what: string): string => {
    const value = text(name);
    if (value === undefined) faults.push(`${name} is missing: ${what}`);
    else if (!GRAMMAR[name].test(value)) faults.push(`${name} must match ${GRAMMAR[name].source}`);
    return value ?? '';
  };
  const number = (name: string, fallback: number | undefined): number | undefined => {
    const value = text(name);
    if (value !== undefined && !/^\d{1,4}$/.test(value)) faults.push(`${name} must be a whole number`);
    return value === undefined ? fallback : Number(value);
  };
  const stage = required('stage', 'a name such as dev, which every resource of the stage begins with');
  const account = required('account', 'the number of the AWS account');
  const region = required('region', 'such as eu-west-1');
  const services =
    text('services') === 'none'
      ? undefined
      : {
          domain: required(
            'domain',
            'the REST services answer at campaigns.<domain> and entries.<domain>; or services=none',
          ),
          certificateArn: required('certificateArn', 'a certificate for these two names; or services=none'),
        };
  const architecture = text('architecture') ?? 'arm64';
  if (architecture !== 'arm64' && architecture !== 'x86_64') faults.push('architecture must be arm64 or x86_64');
  const zones = (text('zones') ?? `${region}a,${region}b`).split(',');
  if (zones.length < 2) faults.push('zones must name two availability zones, with a comma between them');
  const logRetentionDays = number('logRetentionDays', 30) ?? 30;
  const reservedConcurrency = number('reservedConcurrency', undefined);
  const endpoints = { ...endpointsOf(services?.domain), ...readEndpoints(get('endpoints'), faults) };
  const environment = readEnvironment(get('environment'), faults);
  if (faults.length > 0) throw new SettingsError(`${faults.join('\n')}\nfor example: ${EXAMPLE}`);
  return {
    ...{ stage, account, region, services, zones, logRetentionDays, reservedConcurrency },
    ...{ endpoints, environment },
    architecture: architecture === 'arm64' ? 'arm64' : 'x86_64',
    prefix: `verifiedfan-${stage}`,
    partition: partitionOf(region),
    bucketSuffix: `${account}-${shortRegion(region)}`,
    alarmEmail: text('alarmEmail'),
  };
};

/** A JSON object of texts that are as they should be; undefined for anything else. */
const readTexts = (value: unknown, isRight: (entry: [name: string, text: string]) => boolean) => {
  if (value === undefined || value === '') return {};
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const isText = ([name, text]: [string, unknown]): boolean => typeof text === 'string' && isRight([name, text]);
    return Object.entries(parsed).every(isText) ? (parsed as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
};

const readEndpoints = (value: unknown, faults: string[]): Record<string, string> => {
  const endpoints = readTexts(value, ([, url]) => URL.canParse(url));
  if (endpoints === undefined) faults.push('endpoints must be a JSON object of URLs by name');
  return endpoints ?? {};
};

/** Lambda refuses variables that it sets itself. */
const readEnvironment = (value: unknown, faults: string[]): Record<string, string> => {
  const environment = readTexts(value, ([name]) => /^(?!AWS_|LAMBDA_)[A-Z][A-Z0-9_]*$/.test(name));
  if (environment === undefined)
    faults.push(
      'environment must be a JSON object of texts by names such as LOG_LEVEL, none of them AWS_… or LAMBDA_…',
    );
  return environment ?? {};
};

const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** `ap-southeast-1` is `apse1`: the whole name would not fit behind the longest bucket. */
const shortRegion = (region: string): string =>
  region.replaceAll(/north|south|east|west|central|gov/g, (word) => word.charAt(0)).replaceAll('-', '');

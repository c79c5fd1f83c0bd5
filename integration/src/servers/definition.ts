/** The servers by the role that they play. People with containers find the same names in compose.yaml. */
export const SERVER_NAMES = [
  'ministack',
  'dynamodb-local',
  'elasticmq',
  'kinesalite',
  'mongodb',
  'redis',
  'kafka',
  'postgresql',
  'unleash',
] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

export const isServerName = (name: string): name is ServerName => (SERVER_NAMES as readonly string[]).includes(name);

/** How a server comes onto the machine; the version is that of the definition. */
export type Recipe =
  | { kind: 'pip'; package: string; extras?: readonly string[] }
  | { kind: 'maven'; group: string; artifact: string }
  | { kind: 'npm'; package: string }
  /** A program of the operating system: taken where it is, else installed by apt when we may. */
  | { kind: 'system'; apt: string; programs: readonly string[]; folders?: readonly string[] };

export type LaunchContext = {
  /** Where it is installed; for a recipe of kind `system` the folder of its programs. */
  folder: string;
  /** An existing folder for its data, removed when it stops. */
  data: string;
  /** As many free ports as the definition has `ports`, in that order. */
  ports: readonly number[];
  /** The address of a server that is named in `needs`. */
  addressOf(name: ServerName): string;
};

/** One program and how it is called. */
export type Launch = {
  command: string;
  args: readonly string[];
  cwd?: string;
  environment?: Readonly<Record<string, string>>;
  /** Who runs it when we are root; a server that refuses to be root needs it. */
  user?: string;
  /** Of a preparing program: not run when this file or folder is there already, as after a restart. */
  unlessExists?: string;
};

export type ServerDefinition = {
  /** The product. */
  product: string;
  /** What of a real estate it stands for. */
  standsFor: string;
  /** Exact, except for programs of the operating system: there the version that everything was tried with. */
  version: string;
  licence: string;
  recipe: Recipe;
  /** Resident memory when idle, in MiB; rough. */
  idleMebibytes: number;
  /** What its ports are for; the first is the one that clients connect to. */
  ports: readonly [string, ...string[]];
  /** The port that it listens on by habit, and in compose.yaml. */
  usualPort: number;
  /** Servers that must be up before it. */
  needs?: readonly ServerName[];
  /** Files that are written into its data folder before anything is run, by name. */
  files?(context: LaunchContext): Readonly<Record<string, string>>;
  /** Programs that are run to their end, one after the other, before it starts. */
  prepare?(context: LaunchContext): readonly Launch[];
  launch(context: LaunchContext): Launch;
  /** What asks it to end. @default SIGTERM */
  stopSignal?: 'SIGTERM' | 'SIGINT';
  /** Whether what was written outlives a restart on the same data folder. */
  durable: boolean;
  address(port: number): string;
  /** Asks the server something that only a working one can answer. False or a rejection: not yet. */
  ready(port: number): Promise<boolean>;
  /** Its variables are left out when this one runs too, which is the one to use then. */
  secondTo?: ServerName;
  /** Environment variables by which usual clients find it. */
  variables(address: string): Readonly<Record<string, string>>;
};

import { delimiter, dirname, join } from 'node:path';
import type { ServerDefinition } from '../servers/definition.ts';
import { answersGet, answersOperation } from '../servers/probes.ts';

const url = (port: number): string => `http://127.0.0.1:${port}`;

/** The emulators take any credentials; letters and digits only, since DynamoDB Local refuses others. */
const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: '000000000000', AWS_SECRET_ACCESS_KEY: 'test' };

export const ministack: ServerDefinition = {
  product: 'ministack',
  standsFor: 'AWS: Kinesis, SQS, SNS, S3, Lambda, CloudFormation, Step Functions and others',
  version: '1.5.33',
  licence: 'MIT',
  recipe: { kind: 'pip', package: 'ministack', extras: ['full'] },
  idleMebibytes: 35,
  ports: ['gateway'],
  usualPort: 4566,
  durable: false,
  launch: ({ folder, data, ports: [port] }) => ({
    command: join(folder, 'bin/python'),
    // The script and not the entry in bin/, whose first line names the folder that it was installed in first.
    args: [join(folder, 'bin/ministack')],
    cwd: data,
    environment: {
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      // Functions are processes of this machine. They run on the Node that comes first in PATH: the pinned one, as on AWS.
      LAMBDA_EXECUTOR: 'local',
      PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    },
  }),
  address: url,
  ready: (port) => answersGet(`${url(port)}/_ministack/health`),
  variables: (address) => ({ AWS_ENDPOINT_URL: address, ...credentials }),
};

export const dynamodbLocal: ServerDefinition = {
  product: 'DynamoDB Local',
  standsFor: 'DynamoDB and DynamoDB Streams',
  version: '2.6.1',
  licence: 'DynamoDB Local License Agreement (development and test; not to be redistributed)',
  recipe: { kind: 'maven', group: 'com.amazonaws', artifact: 'DynamoDBLocal' },
  idleMebibytes: 110,
  ports: ['http'],
  usualPort: 8000,
  durable: false,
  launch: ({ folder, data, ports: [port] }) => ({
    command: 'java',
    args: [
      '-Xmx512m',
      // Its SQLite is a native library, which Maven puts beside the jars.
      `-Djava.library.path=${folder}`,
      '-cp',
      join(folder, '*'),
      'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
      '-inMemory',
      // Otherwise every access key has tables of its own, and a command line beside a test would see none of them.
      '-sharedDb',
      '-disableTelemetry',
      '-port',
      String(port),
    ],
    cwd: data,
  }),
  address: url,
  ready: (port) => answersOperation(url(port), { target: 'DynamoDB_20120810.ListTables', version: '1.0' }),
  variables: (address) => ({
    AWS_ENDPOINT_URL_DYNAMODB: address,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: address,
    ...credentials,
  }),
};

export const elasticmq: ServerDefinition = {
  product: 'ElasticMQ',
  standsFor: 'SQS, as a second opinion beside ministack',
  version: '1.7.1',
  licence: 'Apache-2.0',
  recipe: { kind: 'maven', group: 'org.elasticmq', artifact: 'elasticmq-server_2.13' },
  idleMebibytes: 145,
  ports: ['http'],
  usualPort: 9324,
  durable: false,
  launch: ({ folder, data, ports: [port] }) => ({
    command: 'java',
    args: [
      '-Xmx256m',
      // The queues' addresses are made of the second pair.
      ...['rest-sqs.bind-port', 'node-address.port'].map((key) => `-D${key}=${port}`),
      ...['rest-sqs.bind-hostname', 'node-address.host'].map((key) => `-D${key}=127.0.0.1`),
      '-Drest-stats.enabled=false',
      '-cp',
      join(folder, '*'),
      'org.elasticmq.server.Main',
    ],
    cwd: data,
  }),
  address: url,
  ready: (port) => answersOperation(url(port), { target: 'AmazonSQS.ListQueues', version: '1.0' }),
  secondTo: 'ministack',
  variables: (address) => ({ AWS_ENDPOINT_URL_SQS: address, ...credentials }),
};

export const kinesalite: ServerDefinition = {
  product: 'kinesalite',
  standsFor: 'Kinesis where shards are split: ministack loses the parent shard',
  version: '3.3.3',
  licence: 'MIT',
  recipe: { kind: 'npm', package: 'kinesalite' },
  idleMebibytes: 50,
  ports: ['http'],
  usualPort: 4567,
  durable: false,
  launch: ({ folder, data, ports: [port] }) => ({
    command: process.execPath,
    args: [
      join(folder, 'node_modules/kinesalite/cli.js'),
      ...['--port', String(port), '--shardLimit', '1000'],
      ...['--createStreamMs', '0', '--deleteStreamMs', '0', '--updateStreamMs', '0'],
    ],
    cwd: data,
  }),
  address: url,
  ready: (port) => answersOperation(url(port), { target: 'Kinesis_20131202.ListStreams', version: '1.1' }),
  secondTo: 'ministack',
  variables: (address) => ({ AWS_ENDPOINT_URL_KINESIS: address, ...credentials }),
};

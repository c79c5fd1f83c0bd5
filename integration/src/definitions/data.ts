import { join } from 'node:path';
import type { ServerDefinition } from '../servers/definition.ts';
import { answersBytes, isKafkaOk, isMongoOk, kafkaApiVersions, mongoHello } from '../servers/probes.ts';

export const mongodb: ServerDefinition = {
  product: 'SecantusDB',
  standsFor: 'MongoDB: no package holds a mongod; this is a reimplementation, so a pass is no proof for a real one',
  version: '0.7.0b3',
  licence: 'GPL-2.0-only',
  recipe: { kind: 'pip', package: 'secantusdb' },
  idleMebibytes: 50,
  ports: ['mongodb'],
  usualPort: 27_017,
  durable: false,
  launch: ({ folder, data, ports: [port] }) => ({
    command: join(folder, 'bin/python'),
    args: [
      join(folder, 'bin/secantusd-py'),
      ...['--port', String(port), '--storage-path', ':memory:', '--log-level', 'WARNING'],
    ],
    cwd: data,
  }),
  address: (port) => `mongodb://127.0.0.1:${port}`,
  ready: (port) => answersBytes(port, { send: mongoHello(), enough: isMongoOk }),
  variables: (address) => ({ MONGODB_URL: address }),
};

export const redis: ServerDefinition = {
  product: 'redis-server',
  standsFor: 'Redis (7.0: no HEXPIRE, no JSON commands)',
  version: '7.0.15',
  licence: 'BSD-3-Clause',
  recipe: { kind: 'system', apt: 'redis-server', programs: ['redis-server'] },
  idleMebibytes: 12,
  ports: ['redis'],
  usualPort: 6379,
  durable: false,
  launch: ({ folder, data, ports: [port] }) => ({
    command: join(folder, 'redis-server'),
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', data],
      ...['--save', '', '--appendonly', 'no', '--notify-keyspace-events', 'KEA'],
    ],
    cwd: data,
  }),
  address: (port) => `redis://127.0.0.1:${port}`,
  ready: (port) =>
    answersBytes(port, {
      send: Buffer.from('PING\r\n'),
      enough: (answer) => answer.toString().startsWith('+PONG\r\n'),
    }),
  variables: (address) => ({ REDIS_URL: address }),
};

/** Any 16 bytes in the alphabet that Kafka takes; a broker that is thrown away needs no other. */
const CLUSTER_ID = 'dmVyaWZpZWQtZmFuLXZmMQ';

const kafkaProperties = ([broker, controller]: readonly number[]): Record<string, string> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  // Three seconds of waiting for more members would be three seconds per test.
  'group.initial.rebalance.delay.ms': '0',
  'auto.create.topics.enable': 'false',
});

export const kafka: ServerDefinition = {
  product: 'Apache Kafka',
  standsFor: 'Kafka, one broker that is its own controller',
  version: '4.3.1',
  licence: 'Apache-2.0',
  recipe: { kind: 'maven', group: 'org.apache.kafka', artifact: 'kafka_2.13' },
  idleMebibytes: 380,
  ports: ['broker', 'controller'],
  usualPort: 9092,
  durable: true,
  files: ({ data, ports }) => ({
    'server.properties': Object.entries({ ...kafkaProperties(ports), 'log.dirs': join(data, 'log') })
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  }),
  prepare: ({ folder, data }) => [
    {
      command: 'java',
      args: [
        ...['-cp', join(folder, '*'), 'kafka.tools.StorageTool', 'format', '--ignore-formatted'],
        ...['-t', CLUSTER_ID, '-c', join(data, 'server.properties')],
      ],
      cwd: data,
    },
  ],
  launch: ({ folder, data }) => ({
    command: 'java',
    args: ['-Xms256m', '-Xmx512m', '-cp', join(folder, '*'), 'kafka.Kafka', join(data, 'server.properties')],
    cwd: data,
  }),
  address: (port) => `127.0.0.1:${port}`,
  ready: (port) => answersBytes(port, { send: kafkaApiVersions(), enough: isKafkaOk }),
  variables: (address) => ({ KAFKA_BROKERS: address }),
};

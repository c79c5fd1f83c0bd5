import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseDocument } from 'yaml';
import { UNLEASH_TOKENS } from '../../src/definitions/unleash.ts';
import { isServerName, type ServerName } from '../../src/servers/definition.ts';
import { ROOT } from '../../src/servers/paths.ts';
import { SERVERS } from '../../src/servers/table.ts';

type Service = {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck: { test: string[]; interval: string; timeout: string; retries: number };
};

const document = parseDocument(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true });
const { services } = document.toJS() as { services: Record<string, Service> };
const entries = Object.entries(services) as [ServerName, Service][];

/** Second opinions that only tests ask. */
const WITHOUT_CONTAINER = ['elasticmq', 'kinesalite'];
/** Where the package is another product, or comes from the system in whatever version it has. */
const OWN_VERSION: Readonly<Record<string, RegExp>> = {
  mongodb: /^mongo:\d+\.\d+\.\d+$/,
  postgresql: /^postgres:15\.\d+$/,
};

describe('compose.yaml', () => {
  it('is YAML without an error or a warning', () => {
    assert.deepEqual([...document.errors, ...document.warnings], []);
  });

  it('has the servers of the table, but for those that only tests need', () => {
    assert.ok(Object.keys(services).every(isServerName));
    const expected = Object.keys(SERVERS).filter((name) => !WITHOUT_CONTAINER.includes(name));
    assert.deepEqual(Object.keys(services).sort(), expected.sort());
  });

  it('pins every image to the version of the table', () => {
    for (const [name, { image }] of entries) {
      assert.match(image, OWN_VERSION[name] ?? new RegExp(`:${SERVERS[name].version.replaceAll('.', '\\.')}$`), name);
    }
  });

  it('publishes the usual ports, on loopback only', () => {
    for (const [name, { ports = [] }] of entries) {
      const { usualPort } = SERVERS[name];
      assert.deepEqual(ports, name === 'postgresql' ? [] : [`127.0.0.1:${usualPort}:${usualPort}`], name);
    }
  });

  it('asks every server how it is, and waits for what is needed', () => {
    for (const [name, { healthcheck, depends_on = {} }] of entries) {
      assert.match(healthcheck.test[0] ?? '', /^CMD(-SHELL)?$/, name);
      assert.ok(healthcheck.test.length > 1 && healthcheck.retries > 0, name);
      assert.deepEqual(Object.keys(depends_on), SERVERS[name].needs ?? [], name);
      assert.ok(Object.values(depends_on).every(({ condition }) => condition === 'service_healthy'));
    }
  });

  it('sets what tests rely on: tokens, a replica set, shared tables, local functions', () => {
    const { unleash, mongodb, ministack } = services;
    assert.equal(unleash?.environment?.INIT_ADMIN_API_TOKENS, UNLEASH_TOKENS.admin);
    assert.equal(unleash?.environment?.INIT_BACKEND_API_TOKENS, UNLEASH_TOKENS.backend);
    assert.ok(mongodb?.command?.includes('--replSet'));
    assert.match(mongodb?.healthcheck.test.join(' ') ?? '', /rs\.initiate/);
    assert.ok(services['dynamodb-local']?.command?.includes('-sharedDb'));
    assert.equal(ministack?.environment?.LAMBDA_EXECUTOR, 'local');
  });

  it('configures the broker as the package is configured', () => {
    const { launch: _, files } = SERVERS.kafka;
    const properties = files?.({ folder: '', data: '', ports: [9_092, 9_093], addressOf: () => '' })[
      'server.properties'
    ];
    const own = new Map((properties ?? '').split('\n').map((line) => line.split('=', 2) as [string, string]));
    for (const [variable, value] of Object.entries(services.kafka?.environment ?? {})) {
      const property = variable.replace('KAFKA_', '').toLowerCase().replaceAll('_', '.');
      if (property === 'listeners') continue;
      assert.equal(String(value), own.get(property), property);
    }
  });
});

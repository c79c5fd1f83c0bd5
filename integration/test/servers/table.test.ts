import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SERVER_NAMES } from '../../src/servers/definition.ts';
import { variablesOf } from '../../src/servers/manager.ts';
import { parseNames, SERVERS, withNeeds } from '../../src/servers/table.ts';
import { formatInstallable, formatVariables } from '../../src/servers/tables-for-people.ts';

const launchOf = (name: (typeof SERVER_NAMES)[number]) => {
  const definition = SERVERS[name];
  const ports = definition.ports.map((_, index) => 40_000 + index);
  const context = { folder: '/installed', data: '/data', ports, addressOf: () => 'address' };
  return { definition, ports, context, launch: definition.launch(context) };
};

describe('the table of servers', () => {
  it('has every server once, with an exact version, a licence and a port of its own', () => {
    assert.deepEqual(Object.keys(SERVERS).sort(), [...SERVER_NAMES].sort());
    for (const name of SERVER_NAMES) {
      const { version, licence, recipe, idleMebibytes } = SERVERS[name];
      assert.match(version, recipe.kind === 'system' ? /^\d+/ : /^\d+\.\d+\.\d+[a-z0-9]*$/, name);
      assert.notEqual(licence, '', name);
      assert.ok(idleMebibytes > 0, name);
    }
    assert.equal(new Set(SERVER_NAMES.map((name) => SERVERS[name].usualPort)).size, SERVER_NAMES.length);
  });

  it('hands every server the ports that were found for it', () => {
    for (const name of SERVER_NAMES) {
      const { definition, ports, context, launch } = launchOf(name);
      const files = Object.values(definition.files?.(context) ?? {});
      const told = [...launch.args, ...Object.values(launch.environment ?? {}), ...files].join(' ');
      for (const port of ports) assert.ok(told.includes(String(port)), `${name} is not told of port ${port}`);
      assert.ok(!told.includes(String(definition.usualPort)), `${name} may take its usual port`);
      assert.ok(definition.address(ports[0] ?? 0).includes('127.0.0.1:40000'), name);
    }
  });

  it('runs the functions of ministack on the Node that runs us', () => {
    const { launch } = launchOf('ministack');
    assert.equal(launch.environment?.LAMBDA_EXECUTOR, 'local');
    assert.ok(process.execPath.startsWith(`${launch.environment?.PATH?.split(':')[0]}/`));
  });

  it('starts what is needed before what needs it', () => {
    assert.deepEqual(withNeeds(['unleash', 'redis']), ['postgresql', 'unleash', 'redis']);
    for (const name of SERVER_NAMES) assert.equal(withNeeds([name]).at(-1), name);
  });

  it('knows names, and says which there are', () => {
    assert.deepEqual(parseNames(['redis', 'ministack', 'redis']), ['ministack', 'redis']);
    assert.equal(parseNames([]).length, SERVER_NAMES.length);
    assert.throws(() => parseNames(['mysql']), { code: 'unknown_server', message: /mysql.*ministack, dynamodb-local/ });
  });

  it('points clients at the first choice when a second opinion runs too', () => {
    const second = { name: 'elasticmq' as const, address: 'http://second' };
    const first = { name: 'ministack' as const, address: 'http://first' };
    assert.equal(variablesOf([second]).AWS_ENDPOINT_URL_SQS, 'http://second');
    const both = variablesOf([second, first]);
    assert.equal(both.AWS_ENDPOINT_URL_SQS, undefined);
    assert.equal(both.AWS_ENDPOINT_URL, 'http://first');
  });

  it('is shown with the coordinates of each package', () => {
    const { text, rows } = formatInstallable(parseNames([]));
    assert.equal(rows.length, SERVER_NAMES.length);
    assert.match(text, /pip: ministack\[full\]==1\.5\.33/);
    assert.match(text, /maven: com\.amazonaws:DynamoDBLocal:2\.6\.1/);
  });

  it('prints variables that a shell takes as they are', () => {
    assert.equal(formatVariables({ NAME: "it's" }), "export NAME='it'\\''s'\n");
  });
});

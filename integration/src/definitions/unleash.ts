import { join } from 'node:path';
import type { ServerDefinition } from '../servers/definition.ts';
import { answersBytes, answersGet } from '../servers/probes.ts';

/** Tokens of a server that lives on loopback for a few minutes; not secrets. */
export const UNLEASH_TOKENS = {
  admin: '*:*.admin-secret-token',
  backend: 'default:development.backend-secret-token',
} as const;

/** The first message of a client. It is answered with an error until the server can be used. */
const STARTUP = ((): Buffer => {
  const rest = Buffer.concat([
    Buffer.from([0, 3, 0, 0]),
    Buffer.from('user\0postgres\0database\0postgres\0\0', 'latin1'),
  ]);
  return Buffer.concat([Buffer.from([0, 0, 0, rest.length + 4]), rest]);
})();

export const postgresql: ServerDefinition = {
  product: 'PostgreSQL',
  standsFor: 'the database of Unleash',
  version: '15',
  licence: 'PostgreSQL',
  recipe: {
    kind: 'system',
    apt: 'postgresql',
    programs: ['postgres', 'initdb'],
    // Debian keeps them out of PATH, one folder for each version.
    folders: ['/usr/lib/postgresql/*/bin', '/opt/homebrew/opt/postgresql@*/bin'],
  },
  idleMebibytes: 30,
  ports: ['postgresql'],
  usualPort: 5432,
  durable: true,
  prepare: ({ folder, data }) => [
    {
      command: join(folder, 'initdb'),
      args: ['-D', join(data, 'database'), '-A', 'trust', '-U', 'postgres', '--no-sync', '--locale=C', '-E', 'UTF8'],
      cwd: data,
      user: 'postgres',
      unlessExists: join(data, 'database'),
    },
  ],
  launch: ({ folder, data, ports: [port] }) => ({
    command: join(folder, 'postgres'),
    args: [
      ...['-D', join(data, 'database'), '-p', String(port), '-k', data],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
    ],
    cwd: data,
    user: 'postgres',
  }),
  // SIGTERM would wait for clients that keep their connections.
  stopSignal: 'SIGINT',
  address: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
  ready: (port) => answersBytes(port, { send: STARTUP, enough: (answer) => answer.toString('latin1', 0, 1) === 'R' }),
  variables: (address) => ({ DATABASE_URL: address }),
};

export const unleash: ServerDefinition = {
  product: 'Unleash',
  standsFor: 'Unleash',
  version: '8.2.0',
  licence: 'AGPL-3.0-or-later',
  recipe: { kind: 'npm', package: 'unleash-server' },
  idleMebibytes: 345,
  ports: ['http'],
  usualPort: 4242,
  durable: true,
  needs: ['postgresql'],
  launch: ({ folder, data, ports: [port], addressOf }) => ({
    command: process.execPath,
    args: [join(folder, 'node_modules/unleash-server/dist/server.js')],
    cwd: data,
    environment: {
      DATABASE_URL: addressOf('postgresql'),
      DATABASE_SSL: 'false',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      CHECK_VERSION: 'false',
      SEND_TELEMETRY: 'false',
      LOG_LEVEL: 'warn',
      INIT_ADMIN_API_TOKENS: UNLEASH_TOKENS.admin,
      INIT_BACKEND_API_TOKENS: UNLEASH_TOKENS.backend,
    },
  }),
  address: (port) => `http://127.0.0.1:${port}`,
  ready: (port) => answersGet(`http://127.0.0.1:${port}/health`),
  variables: (address) => ({ UNLEASH_URL: `${address}/api`, UNLEASH_API_TOKEN: UNLEASH_TOKENS.backend }),
};

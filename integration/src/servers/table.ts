import { dynamodbLocal, elasticmq, kinesalite, ministack } from '../definitions/aws.ts';
import { kafka, mongodb, redis } from '../definitions/data.ts';
import { postgresql, unleash } from '../definitions/unleash.ts';
import { isServerName, SERVER_NAMES, type ServerDefinition, type ServerName } from './definition.ts';
import { ServersError } from './errors.ts';

/** Every server that can be started, with the version that everything was tried with. */
export const SERVERS: Readonly<Record<ServerName, ServerDefinition>> = {
  ministack,
  'dynamodb-local': dynamodbLocal,
  elasticmq,
  kinesalite,
  mongodb,
  redis,
  kafka,
  postgresql,
  unleash,
};

/** Names as given by people, all when there are none; throws `unknown_server` with the names that exist. */
export const parseNames = (names: readonly string[]): ServerName[] => {
  const unknown = names.find((name) => !isServerName(name));
  if (unknown !== undefined) {
    throw new ServersError({
      code: 'unknown_server',
      message: `there is no server “${unknown}”; there are ${SERVER_NAMES.join(', ')}`,
    });
  }
  return names.length === 0 ? [...SERVER_NAMES] : SERVER_NAMES.filter((name) => names.includes(name));
};

/** The names with everything that they need, in an order in which they can be started. */
export const withNeeds = (names: readonly ServerName[]): ServerName[] => {
  const ordered = new Set<ServerName>();
  const add = (name: ServerName): void => {
    for (const needed of SERVERS[name].needs ?? []) add(needed);
    ordered.add(name);
  };
  names.forEach(add);
  return [...ordered];
};

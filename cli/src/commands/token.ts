import { DONE, printJson, UsageError } from '../output/io.ts';
import type { CommandRun } from '../run/context.ts';

export type TokenOptions = { supreme: boolean; campaigns: readonly string[]; permissions: readonly string[] };

/** Prints a signed token for the services of this data directory, valid for an hour. */
export const token: CommandRun<TokenOptions> = async ({ io, json, estate }, { supreme, campaigns, permissions }) => {
  const rights = campaignRights(campaigns);
  const tokens = await (await estate()).tokens();
  const signed = tokens.issue({
    subject: 'operator',
    ...(supreme ? { supreme } : {}),
    ...(permissions.length > 0 ? { permissions } : {}),
    ...(campaigns.length > 0 ? { campaigns: rights } : {}),
  });
  if (json) printJson(io, { token: signed, expiresInSeconds: 3_600 });
  else io.out(`${signed}\n`);
  return DONE;
};

/** `ID=ACTION,ACTION` of each; a campaign that is named twice has the actions of both. */
const campaignRights = (texts: readonly string[]): Record<string, { actions: string[] }> => {
  const actionsOf = new Map<string, Set<string>>();
  for (const text of texts) {
    const [, id, actions] = /^([A-Za-z0-9._-]{1,128})=([a-z-]+(?:,[a-z-]+)*)$/.exec(text) ?? [];
    if (id === undefined || actions === undefined)
      throw new UsageError('--campaign takes ID=ACTION,ACTION, such as tour-2027=read,update');
    actionsOf.set(id, new Set([...(actionsOf.get(id) ?? []), ...actions.split(',')]));
  }
  return Object.fromEntries([...actionsOf].map(([id, actions]) => [id, { actions: [...actions] }]));
};

import type { CommandRun } from '../context.ts';
import { DONE, printJson, UsageError } from '../io.ts';

export type TokenOptions = { supreme: boolean; campaigns: readonly string[]; permissions: readonly string[] };

/** Prints a signed token for the services of this data directory, valid for an hour. */
export const token: CommandRun<TokenOptions> = async ({ io, json, estate }, { supreme, campaigns, permissions }) => {
  const rights = Object.fromEntries(campaigns.map(parseCampaign));
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

const parseCampaign = (text: string): [string, { actions: string[] }] => {
  const [id, actions, ...more] = text.split('=');
  if (id === undefined || !/^[A-Za-z0-9._-]{1,128}$/.test(id) || !actions || more.length > 0) {
    throw new UsageError(`--campaign takes ID=ACTION,ACTION, such as tour-2027=read,update`);
  }
  return [id, { actions: actions.split(',') }];
};

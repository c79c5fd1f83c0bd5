import type { Change, ConfigurationFile, Gitlab, Proposal } from '@verifiedfan/gitlab';
import type { Audits } from './audits.ts';
import { configurationNotFound, toAdminError } from './errors.ts';

export type Caller = { subject: string; correlation: string };

/** The configuration in GitLab: a file is read, and a change proposed to people, no more. */
export type ConfigurationManager = {
  read(path: string, caller: Caller): Promise<ConfigurationFile>;
  propose(change: Change, caller: Caller): Promise<Proposal>;
};

export type ConfigurationOptions = {
  gitlab: Gitlab;
  audits: Audits;
  /** Runs a call of GitLab in a span of this name. */
  inSpan: <T>(name: string, run: () => Promise<T>) => Promise<T>;
};

export const createConfigurationManager = ({ gitlab, audits, inSpan }: ConfigurationOptions): ConfigurationManager => {
  const ask = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await inSpan(name, run);
    } catch (error) {
      throw toAdminError(error);
    }
  };
  return {
    async read(path, { correlation }) {
      const file = await ask('gitlab.readFile', () => gitlab.readFile({ path, correlation }));
      if (file === undefined) throw configurationNotFound();
      return file;
    },
    propose: (change, { subject, correlation }) =>
      audits.record(
        { subject, action: 'configuration.propose', target: change.path, correlation },
        // The branch says who asked: the token in GitLab is the service's own.
        () => ask('gitlab.proposeChange', () => gitlab.proposeChange({ ...describe(change, subject), correlation })),
        (proposal) => (proposal.outcome === 'proposed' ? { outcome: 'proposed', url: proposal.url } : proposal),
      ),
  };
};

const describe = (change: Change, subject: string): Change => ({
  ...change,
  description: [change.description ?? '', `Proposed by \`${subject.replaceAll('`', '')}\` through campaign-service.`]
    .filter((part) => part !== '')
    .join('\n\n'),
});

import type { Discovery } from '@verifiedfan/discovery';
import type { Change, Gitlab } from '@verifiedfan/gitlab';

export type Proposed = Pick<Change, 'path' | 'content' | 'title'>;
export type WorldPartners = { discovery: Discovery; gitlab: Gitlab; proposed: readonly Proposed[] };

export type WorldPartnersOptions = {
  /** What was proposed before. */
  proposed?: readonly Proposed[];
  onProposed?: (proposal: Proposed) => void;
};

const page = async () => ({ items: [], page: 0, size: 1, total: 0 });

/** A catalogue that has everything, and a project that takes each proposal once: as the real ones do, without a network in between. */
export const createWorldPartners = ({
  proposed = [],
  onProposed = () => {},
}: WorldPartnersOptions = {}): WorldPartners => {
  const proposals = [...proposed];
  const named = async ({ id }: { id: string }) => ({ id, name: id });
  return {
    proposed: proposals,
    discovery: {
      ...{ searchArtists: page, searchVenues: page, searchEvents: page },
      ...{ findArtist: named, findVenue: named, findEvent: async ({ id }) => ({ id, name: id, artists: [] }) },
      close: async () => {},
    },
    gitlab: {
      readFile: async ({ path }) => ({ path, content: '{}', lastCommitId: '1' }),
      async proposeChange({ path, content, title }) {
        const same = (each: Proposed): boolean => each.path === path && each.content === content;
        if (!proposals.some(same)) {
          onProposed({ path, content, title });
          proposals.push({ path, content, title });
        }
        const number = proposals.findIndex(same) + 1;
        return { outcome: 'proposed', number, url: `https://git.example.com/${number}`, branch: `change-${number}` };
      },
      close: async () => {},
    },
  };
};

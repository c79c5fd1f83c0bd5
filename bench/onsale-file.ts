import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateScoreCampaigns, generateScoreFileBytes, type ScoreFileSummary } from '@verifiedfan/test-utils';

export const SEED = 7;

export type OnsaleFile = { scores: string; campaigns: string; summary: ScoreFileSummary };

/** The score file and the campaigns that `verifiedfan onsale --seed 7` makes for itself, and what a loader must report about them. */
export const writeOnsaleFile = async (folder: string, registrants: number): Promise<OnsaleFile> => {
  const scores = join(folder, `scores-${registrants}.csv`);
  const campaigns = join(folder, 'campaigns.json');
  writeFileSync(campaigns, JSON.stringify(generateScoreCampaigns({ seed: SEED })));
  const out = createWriteStream(scores);
  const chunks = generateScoreFileBytes({ registrants, seed: SEED });
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) {
      out.end();
      await once(out, 'finish');
      return { scores, campaigns, summary: value };
    }
    if (!out.write(value)) await once(out, 'drain');
  }
};

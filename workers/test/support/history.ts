import type { ObjectInfo } from '@verifiedfan/ports';
import { type Chance, createChance } from './chance.ts';
import type { Consumer } from './consumer.ts';
import type { DirectClients } from './direct-clients.ts';
import { createEstate, type Estate } from './estate.ts';
import { readManifest } from './manifest.ts';
import type { ModelOffer } from './model.ts';
import { makePlan, type Plan, type PlannedFile, type PlannedUpload, planCampaign } from './plan.ts';
import type { TestPlatform } from './platform.ts';
import type { RealServices, TestCampaign } from './real-services.ts';

export type Offers = ReadonlyMap<string, ModelOffer>;
/** An upload as it happened. `offers` is what the campaigns offered when its load began. */
export type MadeUpload = { file: PlannedFile; upload: PlannedUpload; info: ObjectInfo; offers: Offers };
export type Redriven = { loadId: string; line: number; offers: Offers };
export type History = { plan: Plan; estate: Estate; uploads: MadeUpload[]; redriven: Redriven[] };

export type HistoryOptions = { seed: string; platform: TestPlatform; services: RealServices; clients: DirectClients };

const DISTURBED_STEPS = 60;
const MAX_CALM_STEPS = 2_000;

/** Lives one seeded history through: uploads, repeated and reordered deliveries, faults, deaths, redrives and edits; then lets it come to rest. */
export const liveThrough = async ({ seed, platform, services, clients }: HistoryOptions): Promise<History> => {
  const chance = createChance(seed);
  const prefix = `h${seed}`;
  const plan = makePlan(chance.fork('plan'), prefix);
  const campaigns = new Map(plan.campaigns.map((campaign) => [campaign._id, campaign]));
  await services.importCampaigns(plan.campaigns);
  const estate = await createEstate(platform, clients);
  const history: History = { plan, estate, uploads: [], redriven: [] };
  const actor = createActor({ history, campaigns, services });
  for (let step = 0; step < DISTURBED_STEPS; step += 1) {
    const together = Array.from({ length: chance.between(1, 3) }, (_, at) => actor.act(chance.fork(`${step}.${at}`)));
    for (const result of await Promise.allSettled(together)) if (result.status === 'rejected') throw result.reason;
  }
  estate.calm();
  await actor.finish(chance.fork('end'));
  return history;
};

type ActorOptions = { history: History; campaigns: Map<string, TestCampaign>; services: RealServices };

const createActor = ({ history, campaigns, services }: ActorOptions) => {
  const { estate, plan, uploads, redriven } = history;
  const { platform, loader } = estate;
  const table = platform.table('demandTable');
  const bucket = platform.bucket('scoringBucket');
  const waiting = new Map(plan.files.map((file) => [file, [...file.uploads]]));
  const busy = new Set<Consumer>();
  const uploading = new Set<PlannedFile>();
  let editing = false;
  let puttingBack = 0;

  const offersNow = (): Offers => new Map([...campaigns].map(([id, campaign]) => [id, offerOf(campaign)]));

  const hasEnded = async ({ file, info }: MadeUpload): Promise<boolean> => {
    const state = (await readManifest(table, file.key)).bySequencer(info.sequencer)?.state;
    return state !== undefined && state !== 'running';
  };
  const unfinished = async (): Promise<MadeUpload[]> => {
    const ended = await Promise.all(uploads.map(hasEnded));
    return uploads.filter((_, at) => !ended[at]);
  };

  const upload = async (chance: Chance): Promise<void> => {
    const file = chance.oneOf(plan.files);
    if (uploading.has(file)) return;
    uploading.add(file);
    try {
      await uploadNext(chance, file);
    } finally {
      uploading.delete(file);
    }
  };
  const uploadNext = async (chance: Chance, file: PlannedFile): Promise<void> => {
    if (file.inTurn && (await unfinished()).some((each) => each.file === file)) return;
    const next = waiting.get(file)?.shift();
    if (next === undefined) return;
    const result = await bucket.put({ key: file.key, body: next.bytes });
    if (result.outcome !== 'stored') throw new TypeError('an upload without conditions is stored');
    uploads.push({ file, upload: next, info: result.info, offers: offersNow() });
    loader.notify(result.info, chance.percent(30) ? 2 : 1);
  };

  const load = async (chance: Chance): Promise<boolean> =>
    editing ? false : estate.disturbed(chance, () => loader.step(chance, { pauses: 50, repeats: 15 }));

  const consume = async (chance: Chance, faults = { replays: 20, forgets: 10 }): Promise<boolean> => {
    const consumer = chance.oneOf(estate.consumers);
    if (busy.has(consumer)) return false;
    busy.add(consumer);
    try {
      return await estate.disturbed(chance, () => consumer.step(chance, faults));
    } finally {
      busy.delete(consumer);
    }
  };

  /** Only between loads: what a campaign offers is asked once a load, at a moment that a model cannot know. */
  const edit = async (chance: Chance): Promise<void> => {
    if (editing || puttingBack > 0 || loader.running > 0) return;
    editing = true;
    try {
      const begun = await Promise.all(
        plan.files.map(async ({ key }) =>
          (await readManifest(table, key)).loads.some(({ state }) => state === 'running'),
        ),
      );
      if (begun.includes(true)) return;
      const campaign = chance.percent(50) ? plan.lateCampaign : planCampaign(chance, chance.oneOf(plan.campaigns)._id);
      await services.importCampaigns([campaign]);
      campaigns.set(campaign._id, campaign);
      for (const each of await unfinished()) each.offers = offersNow();
    } finally {
      editing = false;
    }
  };

  const putBack = async (chance: Chance): Promise<void> => {
    if (editing) return;
    puttingBack += 1;
    const offers = offersNow();
    const place = await loader.redriveOne(chance, (run) => estate.disturbed(chance, run));
    puttingBack -= 1;
    if (place !== undefined) redriven.push({ ...place, offers });
  };

  return {
    async act(chance: Chance): Promise<void> {
      const dice = chance.between(1, 100);
      if (dice <= 15) await upload(chance);
      else if (dice <= 45) await load(chance);
      else if (dice <= 92) await consume(chance);
      else if (dice <= 96) await edit(chance);
      else await putBack(chance);
    },
    /** What is left is uploaded, told and handled, until nobody has anything to do any more. */
    async finish(chance: Chance): Promise<void> {
      for (let step = 0; step < MAX_CALM_STEPS; step += 1) {
        if ([...waiting.values()].some((left) => left.length > 0)) await upload(chance);
        await loader.step(chance, { pauses: 10, repeats: 0 });
        for (const consumer of estate.consumers) await consumer.step(chance, { replays: 0, forgets: 0 });
        const idle = await Promise.all([loader.idle(), ...estate.consumers.map((consumer) => consumer.idle())]);
        if (idle.every(Boolean) && [...waiting.values()].every((left) => left.length === 0)) return;
      }
      throw new Error('the estate does not come to rest');
    },
  };
};

const offerOf = ({ markets, maxRank }: TestCampaign): ModelOffer => ({
  events: markets.filter(({ status }) => status !== 'CLOSED').map(({ eventId }) => eventId),
  ...(maxRank === undefined ? {} : { maxRank }),
});

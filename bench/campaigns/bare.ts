/**
 * What a good programmer writes in a day for these two routes: Koa, the check of the token, the reads, JSON. No correlation, log, metrics,
 * idempotency, check of input or output, languages, cursors, ETag or envelope of errors.
 */
import { hasPermission } from '@verifiedfan/jwt';
import Koa from 'koa';
import { openDatabase, type Setting, verifierOf } from './setting.ts';

type Campaign = { _id: string };
type Market = { campaignId: string; position: number };

export const createBare = (setting: Setting) => {
  const database = openDatabase(setting);
  const campaigns = database.collection<Campaign>('campaigns');
  const markets = database.collection<Market & { _id: string }>('markets');
  const verify = verifierOf(setting);

  const order: [string, 1][] = [['position', 1]];
  const list = async (limit: number) => {
    const found = await campaigns.find({ sort: [['_id', 1]], limit });
    const filter = { campaignId: { $in: found.map(({ _id }) => _id) } };
    const byCampaign = Map.groupBy(await markets.find({ filter, sort: order }), ({ campaignId }) => campaignId);
    return found.map((campaign) => ({ ...campaign, markets: byCampaign.get(campaign._id) ?? [] }));
  };

  const app = new Koa();
  app.use(async (context) => {
    const claims = verify(context.get('authorization').slice('Bearer '.length));
    if (!hasPermission(claims, 'campaigns:read')) return context.throw(403);
    const [, , id] = context.path.split('/');
    if (id === undefined) {
      context.body = { data: await list(Number(context.query.limit)) };
      return;
    }
    const campaign = await campaigns.findById(id);
    if (campaign === undefined) return context.throw(404);
    context.body = { data: { ...campaign, markets: await markets.find({ filter: { campaignId: id }, sort: order }) } };
  });
  return app;
};

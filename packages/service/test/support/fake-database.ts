// biome-ignore-all lint: temporary
import type {
  Collection,
  CollectionOperation,
  Database,
  Document,
  OperationResult,
  TransactionStep,
} from '@verifiedfan/ports';
import { PortError } from '@verifiedfan/ports';
import { Query } from 'mingo';

export const createFakeDatabase = (): Database => {
  const collections = new Map<string, any>();
  const make = (name: string) => {
    let docs = new Map<string, any>();
    const indexes: any[] = [];
    const get = (d: any, path: string) => path.split('.').reduce((v: any, k) => v?.[k], d);
    const violates = (doc: any) =>
      indexes.some(
        (i) =>
          i.unique &&
          (!i.onlyWhereString || typeof get(doc, i.onlyWhereString) === 'string') &&
          [...docs.values()].some(
            (o) =>
              o._id !== doc._id &&
              (!i.onlyWhereString || typeof get(o, i.onlyWhereString) === 'string') &&
              i.fields.every(([f]: any) => get(o, f) === get(doc, f)),
          ),
      );
    const put = (doc: any) => {
      if (violates(doc)) throw new PortError({ code: 'duplicate_key', message: 'dup' });
      docs.set(doc._id, structuredClone(doc));
    };
    const match = (filter: any = {}) => {
      const q = new Query(filter);
      return [...docs.values()].filter((d) => q.test(d)).map((d) => structuredClone(d));
    };
    const run = (op: CollectionOperation): OperationResult => {
      try {
        if ('insertOne' in op) {
          const d = op.insertOne.document;
          if (docs.has(d._id)) throw new PortError({ code: 'duplicate_key', message: 'dup' });
          put(d);
          return { outcome: 'done', matched: 1, modified: 1 };
        }
        if ('deleteOne' in op) {
          const [d] = match(op.deleteOne.filter);
          if (d) docs.delete(d._id);
          return { outcome: 'done', matched: d ? 1 : 0, modified: d ? 1 : 0 };
        }
        if ('replaceOne' in op) {
          const [d] = match(op.replaceOne.filter);
          if (d) put(op.replaceOne.replacement);
          return { outcome: 'done', matched: d ? 1 : 0, modified: d ? 1 : 0 };
        }
        const [d] = match(op.updateOne.filter);
        if (!d) return { outcome: 'done', matched: 0, modified: 0 };
        const u: any = op.updateOne.update;
        Object.assign(d, u.$set);
        for (const k of Object.keys(u.$unset ?? {})) delete d[k];
        for (const [k, v] of Object.entries(u.$inc ?? {})) d[k] = (d[k] ?? 0) + (v as number);
        put(d);
        return { outcome: 'done', matched: 1, modified: 1 };
      } catch (error) {
        return { outcome: 'failed', error: error as Error };
      }
    };
    const c: Collection<any> & { run: any; snap: any; restore: any; indexes: any } = {
      name,
      run,
      indexes,
      snap: () => new Map(docs),
      restore: (s: any) => {
        docs = s;
      },
      findById: async (id) => structuredClone(docs.get(id)),
      findByIds: async (ids) => ids.map((id) => structuredClone(docs.get(id))),
      findOne: async (f) => match(f)[0],
      find: async ({ filter, sort = [], limit = Infinity, skip = 0 } = {}) => {
        const r = match(filter as any);
        for (const [f, dir] of [...sort].reverse())
          r.sort((a, b) => (get(a, f) < get(b, f) ? -dir : get(a, f) > get(b, f) ? dir : 0));
        return r.slice(skip, skip + limit);
      },
      count: async (f) => match(f).length,
      insertOne: async (d) => {
        const r = run({ insertOne: { document: d } });
        if (r.outcome === 'failed') throw r.error;
      },
      updateOne: async (filter, update) => run({ updateOne: { filter, update } }),
      deleteOne: async (filter) => (run({ deleteOne: { filter } }) as any).matched,
      bulkWrite: async (ops) => ops.map(run),
    };
    return c;
  };
  return {
    collection<D extends Document>(name: string, options?: any): Collection<D> {
      if (!collections.has(name)) collections.set(name, make(name));
      const c = collections.get(name);
      for (const i of options?.indexes ?? []) if (!c.indexes.some((o: any) => o.name === i.name)) c.indexes.push(i);
      return c;
    },
    async transact(steps: readonly TransactionStep[]) {
      const snaps = [...collections.values()].map((c) => [c, c.snap()] as const);
      const results: OperationResult[] = [];
      for (const [step, { collection, operation, expectMatched }] of steps.entries()) {
        const r = collections.get(collection).run(operation);
        if (r.outcome === 'failed' || (expectMatched !== undefined && r.matched !== expectMatched)) {
          for (const [c, s] of snaps) c.restore(s);
          return { outcome: 'aborted', step, code: r.outcome === 'failed' ? 'duplicate_key' : 'unexpected_match' };
        }
        results.push(r);
      }
      return { outcome: 'committed', results };
    },
  };
};

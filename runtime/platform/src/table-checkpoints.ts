import { type ActionResult, type Checkpoints, PortError, type Table } from '@verifiedfan/ports';

/** All checkpoints of a stage are one partition: there are a few dozen, and `list` wants them in one query. */
const PARTITION = 'checkpoint';

/** Checkpoints as rows of a table, for platforms whose processes come and go. Each takes one write unit to move. */
export const createTableCheckpoints = ({ table }: { table: Table }): Checkpoints => {
  const keyOf = (key: string) => ({ PK: PARTITION, SK: key });
  return {
    async get(key) {
      return textOf(await table.get(keyOf(key)));
    },
    async set(key, value) {
      const [result] = await table.updateMany([{ put: { ...keyOf(key), value } }]);
      assertApplied(result, table.name);
    },
    async delete(key) {
      const [result] = await table.updateMany([{ delete: keyOf(key) }]);
      assertApplied(result, table.name);
    },
    async list(prefix) {
      const found: { key: string; value: string }[] = [];
      let cursor: string | undefined;
      do {
        const clause = prefix === '' ? {} : { SK: { beginsWith: prefix } };
        const page = await table.query({ PK: PARTITION, ...clause, ...(cursor === undefined ? {} : { cursor }) });
        for (const item of page.items) found.push({ key: item.SK, value: textOf(item) ?? '' });
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
  };
};

const textOf = (item: Readonly<Record<string, unknown>> | undefined): string | undefined =>
  typeof item?.value === 'string' ? item.value : undefined;

const assertApplied = (result: ActionResult | undefined, resource: string): void => {
  if (result?.outcome === 'failed') throw result.error;
  if (result?.outcome !== 'applied')
    throw new PortError({ code: 'unavailable', message: 'the checkpoint was not written', resource });
};

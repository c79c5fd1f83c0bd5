import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openLevelTable } from '@verifiedfan/embedded';
import { createManualClock } from '@verifiedfan/test-utils';
import { narrowTable } from '../src/narrow-table.ts';
import { grantsOf } from '../src/rights.ts';

type Declared = Parameters<typeof grantsOf>[0];
const NOTHING: Declared = { reads: [], writes: [], requeues: [], deletes: [] };
type Owner = { after(fn: () => unknown): void };

const open = (owner: Owner, declared: Partial<Declared>) => {
  const table = openLevelTable({ name: 'table', memory: true, clock: createManualClock() });
  owner.after(() => table.close());
  return narrowTable(table, grantsOf({ ...NOTHING, ...declared }, 'table'), 'theWorker');
};
const ROW = { PK: 'campaign:c1', SK: 'meta:counts' };
const UNDECLARED = { code: 'undeclared', retryable: false };

describe('the table of a worker', () => {
  it('is read and written where the worker declared it', async (context) => {
    const table = open(context, { reads: ['table/campaign:*/meta:*'], writes: ['table/campaign:*/meta:counts*'] });
    const [written] = await table.updateMany([{ update: ROW, set: { a: 1 } }]);
    assert.equal(written?.outcome, 'applied');
    assert.deepEqual(await table.get(ROW), { ...ROW, a: 1 });
    assert.equal((await table.query({ PK: ROW.PK, SK: { beginsWith: 'meta:' } })).items.length, 1);
  });

  it('refuses rows of other partitions and of other sort keys, before anything is written', async (context) => {
    const table = open(context, { reads: ['table/campaign:*/meta:*'], writes: ['table/campaign:*/meta:counts*'] });
    await assert.rejects(table.get({ ...ROW, PK: 'fan:f1' }), UNDECLARED);
    await assert.rejects(table.getMany([ROW, { ...ROW, SK: 'member:m1' }]), UNDECLARED);
    await assert.rejects(table.query({ PK: ROW.PK }), UNDECLARED);
    await assert.rejects(table.query({ PK: ROW.PK, SK: { between: ['meta:a', 'meta:b'] } }), UNDECLARED);
    const other = { put: { PK: 'campaign:c1', SK: 'meta:slack' } };
    await assert.rejects(table.updateMany([{ update: ROW, set: { a: 1 } }, other]), UNDECLARED);
    assert.equal(await table.get(ROW), undefined);
  });

  it('refuses what is done to rows without being declared: to write is not to read, nor to remove or scan', async (context) => {
    const writes = open(context, { writes: ['table/campaign:*/meta:*'] });
    await assert.rejects(writes.get(ROW), UNDECLARED);
    await assert.rejects(writes.updateMany([{ delete: ROW }]), UNDECLARED);
    await assert.rejects(writes.transact([{ check: ROW, condition: { absent: 'PK' } }], { token: 't' }), UNDECLARED);
    const reads = open(context, { reads: ['table'] });
    await assert.rejects(reads.scan(), UNDECLARED);
    await assert.rejects(reads.updateMany([{ put: ROW }]), UNDECLARED);
  });

  it('takes the actions that a target names in place of those that its list means', async (context) => {
    const table = open(context, {
      reads: ['table/campaign:*/meta:* get'],
      writes: ['table/campaign:*/meta:* put delete'],
    });
    await table.updateMany([{ put: ROW }, { delete: ROW }]);
    await assert.rejects(table.query({ PK: ROW.PK, SK: { beginsWith: 'meta:' } }), UNDECLARED);
    await assert.rejects(table.updateMany([{ update: ROW, set: { a: 1 } }]), UNDECLARED);
  });

  it('says what kind of row was asked for, and nothing of the key itself', async (context) => {
    const table = open(context, {});
    await assert.rejects(table.get({ PK: 'fan:f1', SK: 'campaign:c1' }), {
      message: 'theWorker does not declare to get rows of table like fan: campaign:',
    });
  });
});

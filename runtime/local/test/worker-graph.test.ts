import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Worker } from '@verifiedfan/worker';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { createEstateGraph } from '../src/worker-graph.ts';

const inFrontOf = (name: string, list: Readonly<Record<string, Worker>> = workers): string[] =>
  [...createEstateGraph(list, resources).inFrontOf(name)].sort();

describe('who stands in front of a worker', () => {
  it('are those that wake it, and those that write rows which it reads, with all that wake these', () => {
    assert.deepEqual(inFrontOf('verdictReporter'), [
      'loadScoresToDynamoDB',
      'loadScoresToStream',
      'processSavedScores',
    ]);
  });

  it('are not those that write other rows of the same table: a report does not wait for selections that it asks for', () => {
    assert.ok(workers.selectionRefresh.writes.some((target) => target.startsWith('demandTable/')));
    assert.ok(!inFrontOf('verdictReporter').includes('selectionRefresh'));
    const wide = { ...workers.verdictReporter, reads: ['demandTable'] };
    assert.ok(inFrontOf('verdictReporter', { ...workers, verdictReporter: wide }).includes('selectionRefresh'));
  });
});

import assert from 'node:assert/strict';

type Counters = Record<string, number>;
type Nested = Record<string, Counters>;

/** What every answer of a worker must fulfil (law 4), whatever went wrong in its invocation. */
const EQUATIONS: Readonly<Record<string, (answer: unknown) => void>> = {
  loadScoresToStream(answer) {
    const { count } = answer as { count: Counters };
    const { in: read, valid = 0, invalid = 0, out = 0, filtered = 0, failed = 0 } = count;
    assert.equal(read, valid + invalid, 'in = valid + invalid');
    assert.equal(valid, out + filtered + failed, 'valid = out + filtered + failed');
  },
  loadScoresToDynamoDB(answer) {
    const { in: read, success, created = 0, updated = 0, unchanged = 0, invalid = 0, failed = 0 } = answer as Counters;
    assert.equal(read, (success ?? 0) + invalid + failed, 'in = success + invalid + failed');
    assert.equal(success, created + updated + unchanged, 'success = created + updated + unchanged');
  },
  saveEntryScoring(answer) {
    const {
      records = 0,
      input = 0,
      scoring = 0,
      entries = 0,
      found = 0,
      inserted = 0,
      updated = 0,
      failed = 0,
    } = answer as Counters;
    assert.ok(records >= input && input >= scoring, 'records ≥ input ≥ scoring');
    assert.equal(scoring, entries + failed, 'scoring = entries + failed');
    assert.equal(entries, inserted + found, 'entries = inserted + found');
    assert.ok(found >= updated, 'found = updated + unchanged');
  },
  saveFanlistScores(answer) {
    const { input = {}, dynamo = {}, stream = {} } = answer as Nested;
    assert.equal(input.in, (input.invalid ?? 0) + (input.duplicate ?? 0) + (input.valid ?? 0));
    assert.equal(input.valid, dynamo.in, 'input.valid = dynamo.in');
    assert.equal(dynamo.in, (dynamo.out ?? 0) + (dynamo.rejected ?? 0) + (dynamo.failed ?? 0));
    assert.equal(dynamo.out, stream.in, 'dynamo.out = stream.in');
    assert.equal(stream.in, (stream.out ?? 0) + (stream.failed ?? 0));
  },
  processSavedScores(answer) {
    assert.ok(Number.isSafeInteger((answer as Counters).count));
  },
  verdictReporter(answer) {
    const { input, requeue = {}, slack = {}, bypass = {} } = (answer as { counts: Nested & { input: number } }).counts;
    const outcomes = [requeue.success, requeue.failed, slack.success, slack.failed, bypass.success];
    assert.equal(
      input,
      outcomes.reduce<number>((sum, count) => sum + (count ?? 0), 0),
      'input is the sum of the others',
    );
  },
  selectionRefresh(answer) {
    const { campaigns = {}, markets = {} } = answer as Nested;
    const { missing = 0, skipped = 0, refreshed = 0, requeued = 0 } = campaigns;
    assert.equal(campaigns.input, missing + skipped + refreshed + requeued + (campaigns.failed ?? 0), 'campaigns');
    const { applied = 0, unchanged = 0 } = markets;
    assert.equal(markets.input, applied + unchanged + (markets.missing ?? 0) + (markets.failed ?? 0), 'markets');
  },
};

export const assertEquations = (worker: string, answer: unknown): void => {
  const problem = `${worker}: ${JSON.stringify(answer)}`;
  try {
    EQUATIONS[worker]?.(answer);
  } catch (cause) {
    throw new Error(problem, { cause });
  }
};

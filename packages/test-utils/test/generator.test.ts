import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createGenerator,
  createSeededRandom,
  FICTIONAL_PHONES,
  fictionalPhone,
  generateCampaign,
  generateEmail,
  generateEntry,
  generateEvent,
  generateMarket,
  generateMongoObjectIdAsString,
  generatePhone,
  generateUser,
  getRandomInt,
  isFictionalPhone,
  isReservedEmail,
} from '../src/index.ts';

const drawAll = (seed: string | number): unknown[] => {
  const generator = createGenerator({ seed });
  const { user, campaign, market, entry, event, email, phone, objectId, int } = generator;
  return [user(), campaign(), market(), entry(), event(), email(), phone(), objectId(), int(1, 1_000_000)];
};

describe('createGenerator', () => {
  it('gives the same data for the same seed', () => {
    assert.deepEqual(drawAll('on-sale'), drawAll('on-sale'));
  });

  it('gives other data for a neighbouring seed', () => {
    const [first, second] = [drawAll(1), drawAll(2)];
    first.forEach((value, index) => {
      assert.notDeepEqual(value, second[index]);
    });
  });

  it('stays inside reserved domains and fictional numbers', () => {
    const generator = createGenerator({ seed: 7 });
    for (let round = 0; round < 2000; round += 1) {
      const { email, phone } = generator.user();
      assert.ok(isReservedEmail(email), email);
      assert.ok(isFictionalPhone(phone), phone);
    }
  });

  it('never repeats an e-mail address', () => {
    const generator = createGenerator({ seed: 7 });
    const emails = Array.from({ length: 2000 }, () => generator.email());
    assert.equal(new Set(emails).size, emails.length);
  });

  it('reaches both ends of a range of whole numbers', () => {
    const generator = createGenerator({ seed: 7 });
    const drawn = new Set(Array.from({ length: 500 }, () => generator.int(3, 6)));
    assert.deepEqual([...drawn].sort(), [3, 4, 5, 6]);
  });

  it('takes given members instead of drawn ones', () => {
    const user = createGenerator({ seed: 7 }).user({ email: 'ada@example.com' });
    assert.equal(user.email, 'ada@example.com');
    assert.match(user.memberId, /^[0-9a-f]{24}$/);
  });

  it('opens a campaign before it closes, with at least two markets', () => {
    const { date, markets } = createGenerator({ seed: 7 }).campaign();
    assert.ok(date.open < date.close);
    assert.ok(markets.length >= 2);
  });

  it('refuses to pick from nothing', () => {
    assert.throws(() => createGenerator({ seed: 7 }).pick([]), { code: 'invalid_option' });
  });
});

describe('contact guards', () => {
  it('know every number of the fictional ranges', () => {
    const numbers = Array.from({ length: FICTIONAL_PHONES }, (_, index) => fictionalPhone(index));
    assert.equal(new Set(numbers).size, FICTIONAL_PHONES);
    assert.ok(numbers.every(isFictionalPhone));
  });

  it('refuse numbers just outside the ranges and domains that only look reserved', () => {
    for (const phone of ['+12025550200', '+12025550099', '+447700901000', '+447700899999', '12025550100']) {
      assert.equal(isFictionalPhone(phone), false, phone);
    }
    for (const email of ['a@example.co', 'a@myexample.com', 'a@test.com', 'a@b@example.com', 'example.com']) {
      assert.equal(isReservedEmail(email), false, email);
    }
    assert.ok(isReservedEmail('a@mail.example.com') && isReservedEmail('a@fans.test'));
  });
});

describe('the short names', () => {
  it('give valid data that differs from call to call', () => {
    const generators = [generateUser, generateCampaign, generateMarket, generateEntry, generateEvent];
    for (const generate of generators) assert.notDeepEqual(generate(), generate());
    assert.ok(isReservedEmail(generateEmail()));
    assert.ok(isFictionalPhone(generatePhone()));
    assert.match(generateMongoObjectIdAsString(), /^[0-9a-f]{24}$/);
    assert.equal(getRandomInt(4, 4), 4);
  });
});

describe('createSeededRandom', () => {
  it('repeats itself for the same seed and keeps to the forms of the port', () => {
    const [first, second] = [createSeededRandom({ seed: 5 }), createSeededRandom({ seed: 5 })];
    for (let round = 0; round < 100; round += 1) {
      const value = first.next();
      assert.ok(value >= 0 && value < 1);
      assert.equal(value, second.next());
    }
    const uuid = first.uuid();
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(uuid, second.uuid());
    assert.deepEqual(first.bytes(20), second.bytes(20));
  });
});

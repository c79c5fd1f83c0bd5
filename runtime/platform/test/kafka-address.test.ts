import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KafkaAddressError, parseKafkaAddress } from '../src/aws/kafka-address.ts';

describe('the address of Kafka', () => {
  it('may be brokers alone, as before', () => {
    assert.deepEqual(parseKafkaAddress(' b-1.example.org:9092, [::1]:19092 '), {
      brokers: ['b-1.example.org:9092', '[::1]:19092'],
    });
    assert.deepEqual(parseKafkaAddress('kafka://b-1:9092'), { brokers: ['b-1:9092'] });
  });

  it('says whether the connection is encrypted, and who signs in and how', () => {
    assert.deepEqual(parseKafkaAddress('kafka+ssl://b-1:9094'), { brokers: ['b-1:9094'], tls: {} });
    assert.deepEqual(parseKafkaAddress('kafka+ssl://ada:p%40ss%3A%2C%2F@b-1:9096,b-2:9096?mechanism=plain'), {
      brokers: ['b-1:9096', 'b-2:9096'],
      sasl: { mechanism: 'PLAIN', username: 'ada', password: 'p@ss:,/' },
      tls: {},
    });
    assert.deepEqual(parseKafkaAddress('kafka://ada:secret@b-1:9092').sasl?.mechanism, 'SCRAM-SHA-512');
    assert.deepEqual(
      parseKafkaAddress('kafka://ada:secret@b-1:9092?mechanism=SCRAM-SHA-256').sasl?.mechanism,
      'SCRAM-SHA-256',
    );
  });

  it('that is wrong is refused with what is wrong with it, and nothing of what it holds', () => {
    const wrong: readonly [string, RegExp][] = [
      ['hush', /brokers/],
      ['b-1', /brokers/],
      ['hush:70000', /brokers/],
      ['b-1:9092,', /brokers/],
      ['https://hush:hush@b-1:9092', /brokers/],
      ['hush:hush@b-1:9092', /kafka:\/\//],
      ['kafka://hush@b-1:9092', /user:password/],
      ['kafka://hush:@b-1:9092', /user:password/],
      ['kafka://ada:hush:hush@b-1:9092', /user:password/],
      ['kafka://ada:%hush@b-1:9092', /user:password/],
      ['kafka://ada:secret@b-1:9092?mechanism=hush', /mechanism/],
      ['kafka://ada:secret@b-1:9092?hush=1', /parameter/],
      ['kafka://b-1:9092?mechanism=plain', /no user/],
    ];
    for (const [text, reason] of wrong) {
      assert.throws(
        () => parseKafkaAddress(text),
        (error: unknown) => {
          assert.ok(error instanceof KafkaAddressError, text);
          assert.match(error.message, reason, text);
          assert.doesNotMatch(`${error.message} ${error.cause}`, /hush/, text);
          return true;
        },
      );
    }
  });
});

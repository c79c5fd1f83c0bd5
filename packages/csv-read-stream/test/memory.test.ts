import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bytesOf, readAll } from './help.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('a field of 25 MB', () => {
  for (const quote of ['', '"']) {
    it(`is skipped without being held (${quote === '' ? 'unquoted' : 'quoted'})`, async () => {
      const chunk = Buffer.alloc(65_536, quote === '' ? 'x' : 'x\n');
      const pieces = 400;
      const held: number[] = [];
      async function* source(): AsyncGenerator<Uint8Array> {
        yield bytesOf(`id,b\nrow-0,1\n7,${quote}`);
        for (let piece = 0; piece < pieces; piece++) {
          if (piece % 20 === 0) {
            // The second collection waits for the first one's sweepers: buffers are freed a little later than they die.
            collectGarbage();
            collectGarbage();
            held.push(process.memoryUsage().arrayBuffers);
          }
          yield Buffer.from(chunk);
        }
        yield bytesOf(`${quote}\nrow-1,2\n`);
      }
      const { rows, error } = await readAll(source(), { gatherBytes: 65_536, maxRawLength: 10 });
      assert.equal(error, undefined);
      const line = quote === '' ? 4 : 4 + (pieces * chunk.length) / 2;
      assert.deepEqual(
        rows.map((row) => [row.line, row.fields?.[0] ?? row.fault]),
        [
          [2, 'row-0'],
          [3, { code: 'too_long', column: 2 }],
          [line, 'row-1'],
        ],
      );
      assert.equal(rows[1]?.fault && rows[1].raw.length, 10);
      const growth = Math.max(...held) - (held[0] ?? 0);
      assert.ok(growth < 8 * 1_048_576, `${growth} bytes more`);
    });
  }
});

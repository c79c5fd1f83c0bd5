/** Makes code caches, as a process of its own because of its flags: `compile-scripts.ts <script> <cache> [<script> <cache> …]`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const compile = (source: string): Script => {
  // Every function and not only those that run at once: what the first event needs is then there too, and no event has to be run for it.
  setFlagsFromString('--no-lazy');
  try {
    return new Script(source);
  } finally {
    setFlagsFromString('--lazy');
  }
};

const files = process.argv.slice(2);
for (let at = 0; at < files.length; at += 2) {
  const [script = '', cache = ''] = files.slice(at, at + 2);
  const source = readFileSync(script, 'latin1');
  if (/[^\0-\x7f]/.test(source)) throw new TypeError(`${script} holds other characters than ASCII`);
  const cachedData = compile(source).createCachedData();
  if (new Script(source, { cachedData }).cachedDataRejected !== false)
    throw new TypeError(`V8 does not take its own code cache of ${script}`);
  writeFileSync(cache, cachedData);
}

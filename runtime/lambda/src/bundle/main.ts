/** `npm run bundle`: makes the bundles of all workers in dist/lambda and says how large they are. `--sdk external` leaves AWS's SDK out, `--code-cache` lays compiled code for this Node beside them. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleServices, bundleWorkers } from './bundle-workers.ts';
import type { Bundled } from './write-bundles.ts';

const { values } = parseArgs({
  options: { out: { type: 'string' }, sdk: { type: 'string' }, 'code-cache': { type: 'boolean' } },
});
const { out = 'dist', sdk = 'bundled', 'code-cache': codeCache = false } = values;
if (sdk !== 'bundled' && sdk !== 'external') throw new TypeError('--sdk is bundled or external');

const kilobytes = (bytes: number): string => (bytes / 1_000).toFixed(1).padStart(9);
const line = ({ name, bytes, zippedBytes }: Bundled): string =>
  `${name.padEnd(24)}${kilobytes(bytes)} kB${kilobytes(zippedBytes)} kB zipped`;

const bundled = await bundleWorkers({ directory: `${out}/lambda`, sdk, codeCache });
const sizes = bundled.map(({ name, bytes, zippedBytes }) => ({ name, bytes, zippedBytes }));
writeFileSync(`${out}/sizes.json`, `${JSON.stringify({ sdk, codeCache, workers: sizes }, null, 2)}\n`);
const services = await bundleServices({ directory: `${out}/services` });
for (const each of [...bundled, ...services]) console.log(line(each));

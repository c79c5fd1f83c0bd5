/** Measures one benchmark in this process, which is fresh for it, and prints the results as JSON. `run.ts` starts it. */
import { benchmarks, isBenchmark } from './list.ts';
import type { BenchOptions } from './result.ts';

const [name = '', options = '{}'] = process.argv.slice(2);
if (!isBenchmark(name)) throw new TypeError(`there is no benchmark ${name}`);
const { run } = await benchmarks[name].load();
process.stdout.write(JSON.stringify(await run(JSON.parse(options) as BenchOptions)));

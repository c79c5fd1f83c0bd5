#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=32 --max-old-space-size=1024
// Twice the usual young generation: a batch of rows dies there instead of being promoted, which saves memory and time. Two heaps of the C
// library instead of eight per core: what the storage engine frees in one thread is used again by the next, 100 MiB at 700,000 rows
// (bench/PROFILE.md). And an old generation of 1 GiB at most: it is never nearly full, but below a limit of 2 GiB V8 lets the heap grow to less
// than twice of what is alive between two collections instead of four times, 200 MiB at 600,000 rows.
// Plain JavaScript, because the machine's own Node may be too old for what comes behind it: the pinned one is found and used.
import { spawn } from 'node:child_process';
import module from 'node:module';

if (Number(process.versions.node.split('.')[0]) >= 24) {
  // Compiled code, stripped of its types, is kept between runs: a command starts in a third of the time.
  module.enableCompileCache();
  const { runInTerminal } = await import('../src/terminal.ts');
  await runInTerminal();
} else {
  const node = module.createRequire(import.meta.url).resolve('node/bin/node');
  const child = spawn(node, ['--max-semi-space-size=32', '--max-old-space-size=1024', ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { MALLOC_ARENA_MAX: '2', ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 130);
  });
}

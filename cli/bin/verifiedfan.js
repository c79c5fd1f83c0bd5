#!/usr/bin/env node
// Plain JavaScript, because the machine's own Node may be too old for what comes behind it: the pinned one is found and used.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { runInTerminal } = await import('../src/terminal.ts');
  await runInTerminal();
} else {
  const node = createRequire(import.meta.url).resolve('node/bin/node');
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 130);
  });
}

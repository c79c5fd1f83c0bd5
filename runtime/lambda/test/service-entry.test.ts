import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '@verifiedfan/test-utils';

it('a service that is asked to stop hands over what it has measured', async (test) => {
  const script = fileURLToPath(import.meta.resolve('./support/short-service.ts'));
  const child = spawn(process.execPath, [script, temporaryDirectory(test).path], {
    env: { PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  test.after(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (text.includes('listening')) child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, out);
  const measured = out.split('\n').find((line) => line.includes('"_aws"')) ?? '{}';
  assert.equal((JSON.parse(measured) as { things?: number }).things, 3, out);
});

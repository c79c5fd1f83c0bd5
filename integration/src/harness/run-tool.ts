import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Tool } from '../definitions/testers.ts';
import { installTool } from '../servers/install.ts';
import { cacheFolder } from '../servers/paths.ts';

export type ToolCall = {
  tool: Tool;
  /** Of its script in the folder `bin` of its installation. */
  script: string;
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
};

/** How it ended, null by a signal, and everything that it printed. */
export type ToolResult = { code: number | null; output: string };

/** Runs a program of Python to its end, which is installed the first time, into the folder of the servers. It does not outlive this process. */
export const runTool = async ({ tool, script, args, cwd, env }: ToolCall): Promise<ToolResult> => {
  const home = await installTool(script, tool, {
    cache: cacheFolder(),
    say: (line) => void process.stderr.write(`${line}\n`),
  });
  const child = spawn(
    join(home, 'bin/python'),
    // The script and not its first line, which names the folder that it was installed in before it was moved here.
    [join(home, 'bin', script), ...args],
    { cwd, env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '1' }, stdio: 'pipe' },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const stop = (): void => void child.kill('SIGKILL');
  process.once('exit', stop);
  const [code] = (await once(child, 'close')) as [number | null];
  process.off('exit', stop);
  return { code, output };
};

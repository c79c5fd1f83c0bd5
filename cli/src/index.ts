/** The `verifiedfan` command, for the process's own terminal and for callers with an input and output of their own. */
export { main } from './main.ts';
export type { CommandIo } from './output/io.ts';
export { runInTerminal } from './terminal.ts';

export { runInTerminal } from './terminal.ts';

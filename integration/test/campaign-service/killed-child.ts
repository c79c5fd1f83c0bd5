// Lives a history in the folder that it is given, and kills itself behind a call to a port: no `finally`, no exit handler and no flush runs.
import type { TestContext } from 'node:test';
import { HISTORIES, live } from '../../../services/campaign-service/test/outbox/histories.ts';
import { createMortal } from '../../../services/campaign-service/test/outbox/mortal.ts';
import { boot } from '../../../services/campaign-service/test/outbox/worlds.ts';
import { noteStep, openFolder } from './killed-folder.ts';

const [folder = '', history = '', diesAfter = ''] = process.argv.slice(2);
const chosen = HISTORIES.find(({ name }) => name === history);
if (chosen === undefined) throw new Error(`there is no history “${history}”`);

const mortal = createMortal({
  diesAfter: Number(diesAfter),
  onDeath: () => process.kill(process.pid, 'SIGKILL'),
});
// Nobody tidies up behind this process: that is what it is for.
const context = { after() {} } as unknown as TestContext;
const living = await boot(context, openFolder(folder), { mortal, holder: 'first' });
await live(living, chosen, 0, (index) => noteStep(folder, index));
throw new Error(`it lived longer than ${diesAfter} calls`);

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './launch.ts';
import { runChild } from './measure.ts';
import { onsaleArguments } from './onsale.ts';

const FILE = join(import.meta.dirname, 'PROFILE.md');
const REGISTRANTS = 200_000;
const MOST_ROWS = 40;
const INTERVAL_MICROSECONDS = 500;

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
};
type Share = { name: string; place: string; milliseconds: number; share: number };
export type Profile = {
  registrants: number;
  date: string;
  sampledSeconds: number;
  folders: Share[];
  functions: Share[];
};

/** `packages/embedded/src/level/writer.ts`, `node_modules/classic-level/…`, `node:internal/…`; native code has no place. */
const placeOf = (url: string): string => {
  if (!url.startsWith('file:')) return url === '' ? 'native' : url;
  return relative(ROOT, fileURLToPath(url));
};

/** The package, or the library, that a place belongs to. */
const folderOf = (place: string, name: string): string => {
  if (place === 'native') return name === '(garbage collector)' || name === '(idle)' ? name : 'native';
  if (place.startsWith('node:')) return 'Node itself';
  const parts = place.split('/');
  const library = parts.lastIndexOf('node_modules');
  if (library !== -1)
    return `node_modules/${parts.slice(library + 1, library + (parts[library + 1]?.startsWith('@') ? 3 : 2)).join('/')}`;
  return parts.slice(0, 2).join('/');
};

const rank = (microseconds: ReadonlyMap<string, number>, total: number): Share[] =>
  [...microseconds]
    .map(([key, value]) => {
      const [name = '', place = ''] = key.split('\n');
      return { name, place, milliseconds: value / 1_000, share: value / total };
    })
    .sort((a, b) => b.milliseconds - a.milliseconds);

/** Adds the time of each sample to the function that was running, without those that it called. */
export const selfTimes = ({
  nodes,
  samples,
  timeDeltas,
}: CpuProfile): Pick<Profile, 'sampledSeconds' | 'folders' | 'functions'> => {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const folders = new Map<string, number>();
  const add = (sums: Map<string, number>, key: string, by: number) => sums.set(key, (sums.get(key) ?? 0) + by);
  let total = 0;
  for (const [at, id] of samples.entries()) {
    const frame = frames.get(id);
    const delta = timeDeltas[at] ?? 0;
    if (frame === undefined) continue;
    const place = placeOf(frame.url);
    const name = frame.functionName || '(anonymous)';
    total += delta;
    add(functions, `${name}\n${place === 'native' ? place : `${place}:${frame.lineNumber + 1}`}`, delta);
    add(folders, `${folderOf(place, name)}\n`, delta);
  }
  return { sampledSeconds: total / 1_000_000, folders: rank(folders, total), functions: rank(functions, total) };
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const format = ({
  registrants,
  date,
  sampledSeconds,
  folders,
  functions,
}: Profile): string => `# Where the time of an on-sale goes

\`npm run bench -- onsale --profile --registrants ${registrants}\`, ${date}: the main thread of \`verifiedfan onsale\`, ${sampledSeconds.toFixed(1)} s sampled, start of the
process and making of the file included. Self time: without the functions that are called. LevelDB's own threads are not in it.

${table(
  ['share', 'ms', 'part'],
  folders
    .filter(({ share }) => share >= 0.002)
    .map(({ share, milliseconds, name }) => [percent(share), milliseconds.toFixed(0), name]),
)}

${table(
  ['share', 'ms', 'function', 'place'],
  functions
    .slice(0, MOST_ROWS)
    .map(({ share, milliseconds, name, place }) => [percent(share), milliseconds.toFixed(0), `\`${name}\``, place]),
)}
`;

/** The text of PROFILE.md with this profile in the place of the one before; the chapters behind it stay. */
export const withProfile = (text: string, profile: string): string => {
  const [, ...others] = text.split(/^(?=# )/m);
  return `${[profile, ...others].map((part) => part.trim()).join('\n\n')}\n`;
};

type ProfileOptions = { registrants?: number | undefined; date: string };

/** Profiles our side of the on-sale and keeps the table in PROFILE.md. */
export const profileOnsale = async ({
  registrants = REGISTRANTS,
  date,
}: ProfileOptions): Promise<{ profile: Profile; text: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-profile-'));
  try {
    const interval = ['--cpu-prof-interval', String(INTERVAL_MICROSECONDS)];
    const node = ['--cpu-prof', '--cpu-prof-dir', folder, ...interval];
    await runChild([...node, ...onsaleArguments(registrants, join(folder, 'data'))]);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
    if (files[0] === undefined) throw new Error('the process wrote no profile');
    // A worker thread writes a profile of its own; the main thread's is the one with the lowest thread number, which sorts first.
    const [main] = files.sort((a, b) => Number(a.split('.').at(-3)) - Number(b.split('.').at(-3)));
    const measured = selfTimes(JSON.parse(await readFile(join(folder, main ?? ''), 'utf8')) as CpuProfile);
    const profile: Profile = { registrants, date, ...measured };
    const text = format(profile);
    await writeFile(FILE, withProfile(existsSync(FILE) ? readFileSync(FILE, 'utf8') : '', text));
    return { profile: { ...profile, functions: profile.functions.slice(0, MOST_ROWS) }, text };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

import assert from 'node:assert/strict';
import type { History, MadeUpload } from './history.ts';
import { type FileManifest, readManifest } from './manifest.ts';
import { computeState, type ModelFile, type ModelRow, type ModelState } from './model.ts';
import type { PlannedFile, UploadKind } from './plan.ts';
import { toModelRow } from './plan-rows.ts';

/** What must stand in the tables at the end, by the model. Only the numbers of loads are taken from the manifest. */
export const expectState = async (history: History): Promise<ModelState> => {
  const table = history.estate.platform.table('demandTable');
  const files = history.plan.files.map(async (file) => {
    const manifest = await readManifest(table, file.key);
    return expectFile(history, file, manifest);
  });
  return computeState(await Promise.all(files));
};

const expectFile = (history: History, file: PlannedFile, manifest: FileManifest): ModelFile => {
  const made = history.uploads.filter((each) => each.file === file);
  const loads: ModelFile['loads'][number][] = [];
  for (const upload of made.toReversed()) {
    if (upload.upload.kind === 'rejected') {
      assert.equal(manifest.bySequencer(upload.info.sequencer)?.state, 'rejected');
      continue;
    }
    const own = manifest.bySequencer(upload.info.sequencer);
    const load = own?.sameAs === undefined ? own : manifest.byId(own.sameAs);
    assert.ok(own !== undefined && load !== undefined, `the newest upload of ${file.key} is in the manifest`);
    assert.ok(
      ENDS[upload.upload.kind].includes(own.state),
      `${upload.upload.kind} ends ${own.state}: ${own.reason ?? 'without a reason'}`,
    );
    const counted = made.find(({ info }) => info.sequencer === load.sequencer) ?? upload;
    loads.unshift({ load: load.load, rows: rowsOf(history, counted, load.loadId) });
    if (upload.upload.kind === 'rows') break;
  }
  return { loads };
};

const ENDS: Readonly<Record<Exclude<UploadKind, 'rejected'>, readonly string[]>> = {
  rows: ['done', 'unchanged'],
  cut: ['failed'],
};

const rowsOf = ({ redriven }: History, { upload, offers }: MadeUpload, loadId: string): ModelRow[] =>
  upload.rows.flatMap((placed) => {
    const row = toModelRow(placed);
    if (row === undefined) return [];
    const again = redriven.find((each) => each.loadId === loadId && each.line === placed.line);
    return [{ ...row, offer: offers.get(row.campaignId) ?? again?.offers.get(row.campaignId) }];
  });

import type { Catalogue } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';
import type { Construct } from 'constructs';
import type { Naming } from './naming.ts';
import type { Settings } from './settings.ts';

/** What every part of a stage is made from. */
export type Stage = {
  scope: Construct;
  settings: Settings;
  naming: Naming;
  workers: Readonly<Record<string, Worker>>;
  catalogue: Catalogue;
};

import { createEmbeddedPlatform } from '@verifiedfan/platform';
import type { OpenPlatform } from '../../src/open-platform.ts';

/** In place of AWS: the embedded engines below the directory that the test names. */
export const openPlatform: OpenPlatform = async ({ catalogue }) =>
  createEmbeddedPlatform({ directory: process.env.TEST_DATA ?? '', catalogue });

/** `npm --prefix runtime/aws run rights`: writes docs/rights.md. */
import { writeFileSync } from 'node:fs';
import { services } from '@verifiedfan/lambda/services';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { rightsPage } from './rights-page.ts';

writeFileSync(
  new URL('../../../docs/rights.md', import.meta.url),
  rightsPage({ workers, services, catalogue: resources }),
);

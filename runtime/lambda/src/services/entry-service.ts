import { createEntryService } from '@verifiedfan/entry-service';
import type { OpenService } from './open-service.ts';

export const openEntryService: OpenService = async (parts) => ({ server: createEntryService(parts) });

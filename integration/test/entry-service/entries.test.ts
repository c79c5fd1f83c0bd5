/** The service's own cases, on MongoDB. */
import '../../../services/entry-service/test/entries.test.ts';
import '../../../services/entry-service/test/scoring.test.ts';
import '../../../services/entry-service/test/scoring-faults.test.ts';
import '../../../services/entry-service/test/scoring-input.test.ts';
import { onMongo } from '../campaign-service/on-servers.ts';

onMongo();

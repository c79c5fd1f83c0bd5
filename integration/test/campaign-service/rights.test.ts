/** The service's own cases of rights and tokens, on MongoDB: every cell of the table, and that a refusal writes nothing. */
import '../../../services/campaign-service/test/rights.test.ts';
import '../../../services/campaign-service/test/tokens.test.ts';
import { onMongo } from './on-servers.ts';

onMongo();

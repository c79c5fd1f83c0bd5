/** The service's own cases of campaigns, on MongoDB. */
import '../../../services/campaign-service/test/bad-input.test.ts';
import '../../../services/campaign-service/test/contention.test.ts';
import '../../../services/campaign-service/test/create.test.ts';
import '../../../services/campaign-service/test/domains.test.ts';
import '../../../services/campaign-service/test/idempotency.test.ts';
import '../../../services/campaign-service/test/import.test.ts';
import '../../../services/campaign-service/test/links.test.ts';
import '../../../services/campaign-service/test/list.test.ts';
import '../../../services/campaign-service/test/locales.test.ts';
import '../../../services/campaign-service/test/tracing.test.ts';
import '../../../services/campaign-service/test/update.test.ts';
import { onMongo, SHORT_BOUND } from './on-servers.ts';

onMongo({
  'is held by a draft, and free once its campaign is INACTIVE, for any number of times': SHORT_BOUND,
});

/** The service's own cases of the life cycle, on MongoDB. */
import '../../../services/campaign-service/test/life-cycle/change-status.test.ts';
import '../../../services/campaign-service/test/life-cycle/refresh.test.ts';
import { onMongo, SHORT_BOUND } from './on-servers.ts';

onMongo({
  'opens, closes and retires a campaign as its time comes': SHORT_BOUND,
  'counts the very instant, and not the millisecond before': SHORT_BOUND,
});

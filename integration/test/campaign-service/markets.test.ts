/** The service's own cases of markets and selections, on MongoDB. */
import '../../../services/campaign-service/test/markets/catalogue.test.ts';
import '../../../services/campaign-service/test/markets/markets.test.ts';
import '../../../services/campaign-service/test/markets/race.test.ts';
import '../../../services/campaign-service/test/markets/rules.test.ts';
import '../../../services/campaign-service/test/markets/selection.test.ts';
import { onMongo } from './on-servers.ts';

onMongo();

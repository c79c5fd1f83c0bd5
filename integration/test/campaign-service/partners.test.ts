/** The service's own cases of catalogue, promoters, users and configuration, on MongoDB, with its cache on Redis. */
import '../../../services/campaign-service/test/partners/catalogue.test.ts';
import '../../../services/campaign-service/test/partners/configuration.test.ts';
import '../../../services/campaign-service/test/partners/promoters.test.ts';
import '../../../services/campaign-service/test/partners/rights.test.ts';
import { onMongo, onRedis } from './on-servers.ts';

onMongo();
onRedis();

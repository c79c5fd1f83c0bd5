/** The service's own cases of events and their relay, on MongoDB. */
import '../../../services/campaign-service/test/outbox/crash.test.ts';
import '../../../services/campaign-service/test/outbox/fence.test.ts';
import '../../../services/campaign-service/test/outbox/publishing.test.ts';
import '../../../services/campaign-service/test/outbox/relay.test.ts';
import '../../../services/campaign-service/test/outbox/weather.test.ts';
import { onMongo } from './on-servers.ts';

onMongo();

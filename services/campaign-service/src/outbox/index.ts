export type { DeadEvent, OutboxDepth } from './dead-rows.ts';
export { type CampaignDestinations, deliveriesTo } from './destinations.ts';
export { outboxGauges } from './gauges.ts';
export {
  type CampaignEventType,
  type CloudEvent,
  DESTINATIONS,
  type Destination,
  type EventType,
  type MarketEventType,
  type Publication,
} from './publication.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export { createOutboxRoutes } from './routes.ts';
export { OUTBOX, type OutboxRow, openOutbox } from './rows.ts';
export { type OutboxStepsOptions, outboxSteps } from './steps.ts';

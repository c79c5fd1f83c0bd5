export {
  type CampaignEventType,
  type CloudEvent,
  DESTINATIONS,
  type Destination,
  type EventType,
  type MarketEventType,
  type Publication,
} from './publication.ts';
export { OUTBOX, type OutboxRow, openOutbox } from './rows.ts';
export { type OutboxStepsOptions, outboxSteps } from './steps.ts';

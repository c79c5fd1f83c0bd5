import type { JsonObject } from '@verifiedfan/ports';

/** Where the changes of campaigns and markets go. */
export const DESTINATIONS = [
  /** Everybody who follows campaigns; in order per campaign. */
  'campaignDataStream',
  /** Analytics; FIFO by campaign. */
  'dataPipelineQueue',
  /** Attendance; FIFO by campaign, only markets with the date of their event. */
  'attendanceQueue',
  /** Markets whose selection has to be computed again. */
  'refreshSelectionsQueue',
  /** The content delivery network: pages to be forgotten. */
  'fastly',
] as const;
export type Destination = (typeof DESTINATIONS)[number];

export type CampaignEventType =
  `verifiedfan.campaign.${'created' | 'updated' | 'opened' | 'closed' | 'inactivated' | 'reopened' | 'postponed' | 'cancelled'}`;
export type MarketEventType = `verifiedfan.market.${'created' | 'updated' | 'removed'}`;
export type EventType = CampaignEventType | MarketEventType;

/** What one destination is to be told of a change. A change tells a destination at most once. */
export type Publication = {
  destination: Destination;
  type: EventType;
  data: JsonObject;
  /** Names the form of `data`. */
  dataschema?: string | undefined;
};

/**
 * CloudEvents 1.0 in JSON (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md) with the extensions
 * `sequence` and `traceparent`. All destinations of one change get the same `id` and `sequence`.
 */
export type CloudEvent = JsonObject & {
  specversion: '1.0';
  /** `<campaign>.<sequence>`: the same for every repetition. */
  id: string;
  source: string;
  type: EventType;
  /** The campaign's id. */
  subject: string;
  time: string;
  /** Rises inside a campaign, as text of sixteen digits, which sorts as the extension demands; a destination sees gaps. */
  sequence: string;
  data: JsonObject;
};

/** A GraphQL schema and, for each field that a worker resolves, the worker's name. */
export type GatewaySchema = {
  /** In GraphQL's schema language. */
  typeDefs: string;
  /** Worker names by `<Type>.<field>`. Every field of Query and Mutation needs one; other fields are read from their parent. */
  workers: Readonly<Record<string, string>>;
};

/** The fields of Verified Fan. All are nullable: a worker that fails takes its own field away, not the whole answer. */
export const schema: GatewaySchema = {
  typeDefs: /* GraphQL */ `
    type Query {
      "The risk that a phone number is not a fan's: from 0, harmless, to 1000."
      lookupPhoneScore(phone: String!): PhoneScore
      "The campaign that offers an event."
      campaignByEventId(eventId: String!): Campaign
    }

    type PhoneScore {
      score: Int
      "The provider's own word for the score; bands differ between its products."
      level: String
      "allow, flag or block."
      recommendation: String
      "Why there is no score, or what it is based on."
      reason: String
    }

    type Campaign {
      id: ID
      name: String
      "DRAFT, OPEN, CLOSED or INACTIVE."
      status: String
      "ISO 8601."
      open: String
      "ISO 8601."
      close: String
      timezone: String
      site: String
      markets: [Market]
    }

    type Market {
      eventId: String
      status: String
    }
  `,
  workers: {
    'Query.lookupPhoneScore': 'lookupPhoneScore',
    'Query.campaignByEventId': 'proxyCampaignService',
  },
};

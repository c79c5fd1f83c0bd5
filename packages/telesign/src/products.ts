import { createTelesignClient, type Product, type TelesignOptions } from './client.ts';
import type { PhoneRisk } from './phone-risk.ts';

const intelligence: Product = {
  host: 'https://detect.telesign.com',
  describe: ({ event, accountId, deviceId, email, externalId, ip }, digits) => ({
    resource: '/intelligence/phone',
    form: {
      phone_number: digits,
      account_lifecycle_event: event,
      account_id: accountId,
      device_id: deviceId,
      email_address: email,
      external_id: externalId,
      originating_ip: ip,
    },
  }),
};

const scoreV1: Product = {
  host: 'https://rest-ww.telesign.com',
  describe: ({ event, accountId, deviceId, email, ip }, digits) => ({
    resource: `/v1/score/${digits}`,
    form: {
      account_lifecycle_event: event,
      originating_ip: ip,
      device_id: deviceId,
      account_id: accountId,
      email_address: email,
      request_risk_insights: 'true',
    },
  }),
};

/** TeleSign Intelligence Cloud, the current product: `POST /intelligence/phone`. */
export const createTelesign = (options: TelesignOptions): PhoneRisk => createTelesignClient(intelligence, options);

/** Score v1, for accounts that were not moved yet: `POST /v1/score/{number}`. It is being retired, and takes no `externalId`. */
export const createTelesignScoreV1 = (options: TelesignOptions): PhoneRisk => createTelesignClient(scoreV1, options);

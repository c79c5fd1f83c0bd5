/**
 * A STAND-IN for TeleSign, not TeleSign: phone risk by the Intelligence API (`POST /intelligence/phone`) and by the older Score API
 * (`POST /v1/score/:number`). It checks Basic credentials and TSA signatures by itself, requires what the vendor requires, and answers
 * in the vendor's shapes. The score is a hash of the number: the same on every run and every machine, and about nobody.
 * Left out: PhoneID, messaging, the JSON variant of the API, everything billed.
 */
import type { JsonObject } from '@verifiedfan/ports';
import { json, mediaType, type StandInAnswer, type StandInDefinition, type StandInRequest } from '../stand-in.ts';
import { describeNumber, riskOf, scoreOf } from './telesign-numbers.ts';
import { createAuthenticator, type TelesignAccounts } from './telesign-signature.ts';

/** Well-known credentials of the sandbox; they open nothing anywhere else. */
export const SANDBOX_TELESIGN = { customerId: 'SANDBOX', apiKey: 'c2FuZGJveC10ZWxlc2lnbi1rZXk=' } as const;

export type TelesignStandInOptions = {
  /** API keys by customer id. @default the sandbox's */
  accounts?: TelesignAccounts;
};

const LIFECYCLE_EVENTS = ['create', 'sign-in', 'transact', 'update', 'delete'];

export const telesignStandIn = (options: TelesignStandInOptions = {}): StandInDefinition => ({
  name: 'telesign',
  create({ clock, random, log }) {
    const { accounts = { [SANDBOX_TELESIGN.customerId]: SANDBOX_TELESIGN.apiKey } } = options;
    const authenticator = createAuthenticator({ accounts, clock });

    const status = (code: number, description: string): JsonObject => {
      const updated_on = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
      return { code, description, updated_on };
    };
    const reference = (): string => Buffer.from(random.bytes(16)).toString('hex').toUpperCase();
    const refuse = (httpStatus: number, code: number, description: string): StandInAnswer =>
      json({ reference_id: reference(), external_id: null, status: status(code, description) }, { status: httpStatus });

    const lookUp = async (request: StandInRequest, readNumber: (form: URLSearchParams) => string, extras: Extras) => {
      const denied = authenticator.check(request);
      if (denied !== undefined) return refuse(401, denied === 'Invalid Signature.' ? 10008 : 10012, denied);
      if (mediaType(request) !== 'application/x-www-form-urlencoded') {
        return refuse(400, 11003, 'Invalid content type, a form is expected.');
      }
      const form = new URLSearchParams(request.body);
      const number = readNumber(form);
      if (!/^\d{8,15}$/.test(number)) return refuse(400, 11000, 'Invalid value for parameter phone_number.');
      if (!LIFECYCLE_EVENTS.includes(form.get('account_lifecycle_event') ?? '')) {
        return refuse(400, 11000, 'Invalid value for parameter account_lifecycle_event.');
      }
      const [reference_id, risk] = [reference(), riskOf(scoreOf(number))];
      // What is stored is read by people: enough of the number to tell two look-ups apart, too little to call it.
      await log.append({ reference_id, number: `…${number.slice(-2)}`, risk, receivedAtMs: request.receivedAtMs });
      const done = status(300, 'Transaction successfully completed');
      return json({ reference_id, ...extras(form), status: done, ...describeNumber(number), risk });
    };

    return {
      routes: [
        {
          name: 'intelligence',
          methods: ['POST'],
          path: '/intelligence/phone',
          handle: (request) => lookUp(request, (form) => form.get('phone_number') ?? '', intelligenceExtras),
        },
        {
          name: 'score',
          methods: ['POST'],
          path: '/v1/score/:number',
          handle: (request) =>
            lookUp(
              request,
              () => request.params.number ?? '',
              () => ({}),
            ),
        },
      ],
      reset: authenticator.reset,
    };
  },
});

type Extras = (form: URLSearchParams) => JsonObject;

const intelligenceExtras: Extras = (form) => ({
  external_id: form.get('external_id'),
  risk_insights: {
    status: 800,
    category: [10010],
    a2p: [20001],
    p2p: [30001],
    number_type: [40002],
    ip: [],
    email: [],
  },
});

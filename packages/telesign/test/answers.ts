/** An answer of the Intelligence Cloud with everything in it. The number is of the range kept for fiction. */
export const FULL_ANSWER = {
  reference_id: '0123456789ABCDEF0123456789ABCDEF',
  external_id: 'mem-1',
  status: { code: 300, description: 'Transaction successfully completed', updated_on: '2026-02-03T10:00:00Z' },
  numbering: {
    original: { phone_number: '5555550100', complete_phone_number: '15555550100', country_code: '1' },
  },
  phone_type: { code: '1', description: 'FIXED LINE' },
  location: { country: { iso2: 'US', iso3: 'USA', name: 'United States' }, city: 'New York' },
  carrier: { name: 'Demo Wireless' },
  blocklisting: { blocked: false, block_code: 0 },
  risk: { level: 'low', recommendation: 'allow', score: 210 },
  risk_insights: {
    status: 800,
    category: [10010],
    a2p: [20001],
    p2p: [30001],
    number_type: [40002],
    ip: [],
    email: [],
  },
};

/** The least that is a score. */
export const BARE_ANSWER = { status: { code: 300 }, risk: { recommendation: 'flag', score: 600 } };

export { type Bill, type BillLine, createBill } from './bill.ts';
export { createMeter, type Meter, type Use, type UseLine, usedBetween } from './meter.ts';
export { metered } from './metered-platform.ts';
export { PRICES, type PricedUnit } from './prices.ts';

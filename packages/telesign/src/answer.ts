import { TelesignError } from './errors.ts';
import type { PhoneRiskResult, Recommendation, RiskInsights } from './phone-risk.ts';

type Fields = Readonly<Record<string, unknown>>;

const RECOMMENDATIONS: readonly Recommendation[] = ['allow', 'flag', 'block'];

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const numberOf = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? Number(value) : undefined);

/** TeleSign's number for what happened, in an answer or an error; undefined where there is none. */
export const statusCodeOf = (body: unknown): number | undefined => {
  const { status, errors } = fieldsOf(body);
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return numberOf(fieldsOf(status).code) ?? numberOf(fieldsOf(first).code);
};

const readInsights = (value: unknown): RiskInsights | undefined => {
  if (value === undefined || value === null) return undefined;
  const { status, ...signals } = fieldsOf(value);
  const codes = Object.entries(signals).flatMap(([signal, list]) =>
    Array.isArray(list) ? [[signal, list.filter((code): code is number => Number.isSafeInteger(code))] as const] : [],
  );
  return { ...Object.fromEntries(codes), status: numberOf(status) };
};

const readPhoneType = (value: unknown): string | undefined =>
  textOf(fieldsOf(value).description)?.trim().toLowerCase().replaceAll(' ', '_');

/** Takes from an answer of either product what is ours. Throws `TelesignError`: `no_score`, `invalid_response`. */
export const readAnswer = (body: unknown): PhoneRiskResult => {
  const answer = fieldsOf(body);
  const vendorCode = statusCodeOf(body);
  const { score, level, recommendation } = fieldsOf(answer.risk);
  // 301 is "partially done": some data is missing, and sometimes it is the score itself.
  if (score === undefined && vendorCode === 301) throw new TelesignError('no_score', { vendorCode });
  const known = RECOMMENDATIONS.find((one) => one === recommendation);
  const risk = numberOf(score);
  if (risk === undefined || risk < 0 || risk > 1_000 || known === undefined) {
    throw new TelesignError('invalid_response', { vendorCode });
  }
  const phoneType = readPhoneType(answer.phone_type);
  const carrier = textOf(fieldsOf(answer.carrier).name);
  const country = textOf(fieldsOf(fieldsOf(answer.location).country).iso2);
  const riskInsights = readInsights(answer.risk_insights);
  const reference = textOf(answer.reference_id);
  return {
    score: risk,
    level: textOf(level) ?? 'unknown',
    recommendation: known,
    ...(phoneType !== undefined && { phoneType }),
    ...(carrier !== undefined && { carrier }),
    ...(country !== undefined && { country }),
    ...(riskInsights !== undefined && { riskInsights }),
    ...(reference !== undefined && { reference }),
  };
};

import type { CaptchaPolicy } from "../../../shared/sale.ts";
import {
  DEFAULT_LIMITS,
  DEFAULT_MAX_EXPIRED_HOLDS,
  DEFAULT_PAYMENT_WINDOW_S,
} from "../../../shared/sale.ts";
import { localText } from "../kit/zones.ts";
import { readTime, zoneOfForm } from "../kit/time_fields.tsx";
import { claimsText, readClaims } from "./sale_claims.ts";
import type { SaleView } from "./sale_form.tsx";
import { wholeNumber } from "./sale_items.tsx";

/** What a sale has besides its items, as the API takes it. */
export interface TermFields {
  title: string;
  startsAt: string;
  endsAt: string;
  limits: SaleView["limits"];
  captcha: CaptchaPolicy;
  minLevel: number;
  claims: SaleView["claims"];
  paymentWindowS: number;
  maxExpiredHolds: number;
}

/** Fields with whole numbers, with the least and the most that they take. */
const NUMBERS = {
  ratePerSecond: [1, 1_000_000_000],
  burst: [1, 1_000_000_000],
  userPerMinute: [1, 1_000_000_000],
  ipPerMinute: [1, 1_000_000_000],
  minLevel: [0, 1_000_000],
  maxExpiredHolds: [1, 1_000],
} as const;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The fields of a sale's form without its items; a new one begins tomorrow and lasts an hour. */
export function termValues(
  sale: SaleView | null,
  { zone, nowMs }: { zone: string; nowMs: number },
): Record<string, string> {
  const start = Math.ceil((nowMs + DAY_MS) / HOUR_MS) * HOUR_MS;
  const limits = sale?.limits ?? DEFAULT_LIMITS;
  return {
    title: sale?.title ?? "",
    zone,
    startsAt: localText(sale ? Date.parse(sale.startsAt) : start, zone),
    endsAt: localText(sale ? Date.parse(sale.endsAt) : start + HOUR_MS, zone),
    ratePerSecond: String(limits.ratePerSecond),
    burst: String(limits.burst),
    userPerMinute: String(limits.userPerMinute),
    ipPerMinute: String(limits.ipPerMinute),
    captcha: sale?.captcha ?? "suspicious",
    minLevel: String(sale?.minLevel ?? 0),
    claims: claimsText(sale?.claims ?? []),
    minutesToPay: minutesText(sale?.paymentWindowS ?? DEFAULT_PAYMENT_WINDOW_S),
    maxExpiredHolds: String(sale?.maxExpiredHolds ?? DEFAULT_MAX_EXPIRED_HOLDS),
  };
}

/** Reads them; `sale` is the one that the form was made of. */
export function readTerms(
  values: Record<string, string>,
  { sale, zone: viewed }: { sale: SaleView | null; zone: string },
): { terms: TermFields | null; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const title = (values["title"] ?? "").trim();
  if (title === "") errors["title"] = "Enter the title that buyers read.";
  const zone = zoneOfForm(values, viewed);
  const time = (name: "startsAt" | "endsAt") => {
    const beforeMs = sale ? { beforeMs: Date.parse(sale[name]) } : {};
    const read = readTime(values, name, { zone, ...beforeMs });
    if (read.kind === "time") return read.ms;
    errors[name] = read.message;
    return null;
  };
  const [startsAt, endsAt] = [time("startsAt"), time("endsAt")];
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt) {
    errors["endsAt"] = "Must be after the start.";
  }
  const numbers = readNumbers(values, errors);
  const paymentWindowS = readMinutes(values["minutesToPay"] ?? "");
  if (paymentWindowS === null) errors["minutesToPay"] = "Enter minutes, from 0.02 to 1,440.";
  const claims = readClaims(values["claims"] ?? "");
  if ("fault" in claims) errors["claims"] = claims.fault;
  const { captcha } = values;
  if (captcha !== "always" && captcha !== "suspicious" && captcha !== "off") {
    errors["captcha"] = "Choose one.";
  }
  if (Object.keys(errors).length > 0) return { terms: null, errors };
  const { minLevel, maxExpiredHolds, ...limits } = numbers;
  const terms: TermFields = {
    title,
    startsAt: new Date(startsAt!).toISOString(),
    endsAt: new Date(endsAt!).toISOString(),
    limits,
    captcha: captcha as CaptchaPolicy,
    minLevel,
    maxExpiredHolds,
    claims: "rules" in claims ? claims.rules : [],
    paymentWindowS: paymentWindowS!,
  };
  return { terms, errors };
}

function readNumbers(
  values: Record<string, string>,
  errors: Record<string, string>,
): Record<keyof typeof NUMBERS, number> {
  const entries = Object.entries(NUMBERS).map(([name, [least, most]]) => {
    const number = wholeNumber((values[name] ?? "").trim());
    const fits = number !== null && number >= least && number <= most;
    if (!fits) {
      errors[name] = `Enter a whole number from ${least} to ${most.toLocaleString("en")}.`;
    }
    return [name, number ?? least];
  });
  return Object.fromEntries(entries);
}

/** Seconds as minutes, exact to the second: `15`, `1.5`. */
function minutesText(seconds: number): string {
  return String(Number((seconds / 60).toFixed(4)));
}

function readMinutes(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  if (!/^\d{1,5}([.]\d{1,4})?$/.test(plain)) return null;
  const seconds = Math.round(Number(plain) * 60);
  return seconds >= 1 && seconds <= 86_400 ? seconds : null;
}

/** The field of a path that the API complains about, as `limits.burst`. */
export function termField(path: string): string {
  if (path.startsWith("limits.")) return path.slice("limits.".length);
  if (path.startsWith("claims")) return "claims";
  return path === "paymentWindowS" ? "minutesToPay" : path;
}

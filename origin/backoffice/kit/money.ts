/** Most an amount may be, minor units; the API takes no more. */
const MAX_AMOUNT = 1_000_000_000_000n;

/** Digits behind the point of a currency's amounts, as 2 for EUR and 0 for JPY. */
export function minorDigits(currency: string): number {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** An amount that was read, or what is wrong with it, for beside its field. */
export type ReadAmount = { kind: "amount"; amount: number } | { kind: "fault"; message: string };

/**
 * Reads an amount as people write it, `12.50` or `1,299` or `1 299.5`, into minor units, exactly:
 * digits are moved, never multiplied. A comma separates thousands, or the two last digits of a text
 * without a point, as in `12,50`; what could be either is refused.
 */
export function readAmount(text: string, currency: string): ReadAmount {
  const digits = minorDigits(currency);
  const example = plainAmount(1250n, digits);
  const fault = (message: string): ReadAmount => ({ kind: "fault", message });
  const given = text.trim().replaceAll(/[\s\u00a0\u202f'’]/g, "");
  if (given === "") return fault(`Enter an amount, for example ${example}.`);
  const plain = withPoint(given, digits);
  if (plain === null) return fault(`Enter an amount such as ${example}, in digits only.`);
  const [whole = "", fraction = ""] = plain.split(".");
  if (fraction.length > digits) {
    return fault(
      digits === 0
        ? `${currency} has no digits behind the point.`
        : `${currency} has at most ${digits} digits behind the point.`,
    );
  }
  if (whole.length > 15) return fault("This amount is too high.");
  const amount = BigInt(whole + fraction.padEnd(digits, "0"));
  return amount > MAX_AMOUNT
    ? fault("This amount is too high.")
    : { kind: "amount", amount: Number(amount) };
}

/** The text with a point and no other marks, or null for what is no amount or could be two. */
function withPoint(text: string, digits: number): string | null {
  if (/^\d+([.]\d*)?$/.test(text)) return text;
  if (/^\d{1,3}(,\d{3})+([.]\d*)?$/.test(text)) {
    // With three digits behind the point, 1,299 could be either.
    return digits === 3 && /^\d{1,3},\d{3}$/.test(text) ? null : text.replaceAll(",", "");
  }
  return /^\d+,\d{1,2}$/.test(text) ? text.replace(",", ".") : null;
}

/** An amount as it is entered, `12.50`. `amount` is a whole number from 0. */
export function amountText(amount: number, currency: string): string {
  return plainAmount(BigInt(amount), minorDigits(currency));
}

function plainAmount(amount: bigint, digits: number): string {
  const text = amount.toString().padStart(digits + 1, "0");
  const at = text.length - digits;
  return digits === 0 ? text : `${text.slice(0, at)}.${text.slice(at)}`;
}

/** An amount in minor units as people read it, say `€12.50`; exact for every safe integer. */
export function formatMoney(amount: number, currency: string): string {
  if (!Number.isSafeInteger(amount)) return `${amount} ${currency}`;
  try {
    const sign = amount < 0 ? "-" : "";
    const text = `${sign}${amountText(Math.abs(amount), currency)}` as Intl.StringNumericLiteral;
    return new Intl.NumberFormat("en", { style: "currency", currency }).format(text);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** Currencies that can be chosen: the common ones first, then all others by their codes. */
export const CURRENCIES: readonly string[] = [
  ...new Set(["EUR", "USD", "GBP", "CNY", "JPY", "CHF", ...Intl.supportedValuesOf("currency")]),
];

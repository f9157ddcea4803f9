/**
 * What a shop says of its customer besides id and level: membership, region and the like. At most 8
 * claims; names match `CLAIM_NAME_PATTERN`, values are texts of at most 64 characters (numbers and
 * booleans are taken as their text).
 */
export type Claims = Readonly<Record<string, string>>;

/** Names of claims that rules may speak of. */
export const CLAIM_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_:/.-]{0,63}$/;

/** Most claims of one customer, and most rules of one sale. */
export const MAX_CLAIMS = 8;

/** Longest value of a claim, characters. */
export const MAX_CLAIM_LENGTH = 64;

/** Texts that can be kept: no control characters, no half of a surrogate pair. */
const CLAIM_TEXT = /^\P{Cc}{0,64}$/u;

/**
 * The claims of `source` that are named, as texts. Texts of at most 64 characters without control
 * characters, finite numbers and booleans are kept; everything else (longer texts, lists, objects,
 * null) is left out, as if it had not been said: a text cut short could meet a rule that the whole
 * one does not. Undefined when nothing is left. `names` has at most `MAX_CLAIMS` entries.
 */
export function pickClaims(
  source: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Claims | undefined {
  const found: [string, string][] = [];
  for (const name of names.slice(0, MAX_CLAIMS)) {
    const value = Object.hasOwn(source, name) ? claimText(source[name]) : null;
    if (value !== null) found.push([name, value]);
  }
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** A claim's value as text, or null when it cannot be kept. */
export function claimText(value: unknown): string | null {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== "string" || value.length > MAX_CLAIM_LENGTH) return null;
  return CLAIM_TEXT.test(value) && value.isWellFormed() ? value : null;
}

/** The claims of a JSON object that holds nothing but usable ones; null for any other text. */
export function claimsOfText(text: string): Claims | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  const usable = entries.length <= MAX_CLAIMS &&
    entries.every(([name, one]) =>
      CLAIM_NAME_PATTERN.test(name) && typeof one === "string" && claimText(one) !== null
    );
  return usable ? value as Claims : null;
}

/** Who may buy, by one claim: it must be there and be one of 1 to 64 values. */
export interface ClaimRule {
  claim: string;
  anyOf: string[];
}

/** True when the claims meet every rule; with no rules everybody does. */
export function meetsRules(rules: readonly ClaimRule[], claims: Claims | undefined): boolean {
  for (const { claim, anyOf } of rules) {
    // Claims come from outside, so a name such as "constructor" must not find anything else.
    if (claims === undefined || !Object.hasOwn(claims, claim)) return false;
    if (!anyOf.includes(claims[claim]!)) return false;
  }
  return true;
}

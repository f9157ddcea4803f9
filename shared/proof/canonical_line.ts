/** What is wrong with a value, as the end of "… must …"; null for a value that may stand there. */
export interface Check<T> {
  (value: unknown): string | null;
  /** Only a type: what a value is that may stand there. */
  readonly value?: T;
}

/** The fields of a record in the order in which they are written, each with its rule. */
// deno-lint-ignore no-explicit-any -- a record has fields of any type
export type RecordRules = Record<string, Check<any>>;

/** A record as its rules describe it. */
export type FieldsOf<Rules extends RecordRules> = {
  -readonly [Name in keyof Rules]: Rules[Name] extends Check<infer T> ? T : never;
};

/** A text that is not exactly what the canonical writer makes of what it says. */
export class NotCanonicalError extends Error {
  override name = "NotCanonicalError";
}

/** An integer from 0 that a double holds exactly. */
export const whole: Check<number> = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? null : "must be a whole number";

/** An integer from 1. */
export const positive: Check<number> = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 1 ? null : "must be a positive number";

/** An integer from 0, or −1 for unlimited. */
export const stockCount: Check<number> = (value) =>
  Number.isSafeInteger(value) && (value as number) >= -1 ? null : "must be a count or -1";

export const flag: Check<boolean> = (value) =>
  typeof value === "boolean" ? null : "must be true or false";

/** A time as ISO 8601 UTC with milliseconds, and in no other form. */
export const time: Check<string> = (value) => {
  const rule = "must be a UTC time with milliseconds";
  if (typeof value !== "string" || value.length !== 24) return rule;
  const ms = Date.parse(value);
  return Number.isFinite(ms) && new Date(ms).toISOString() === value ? null : rule;
};

/** Text of at most so many characters. */
export function text(maxLength: number): Check<string> {
  return (value) =>
    typeof value === "string" && value.length <= maxLength
      ? null
      : `must be text of at most ${maxLength} characters`;
}

/** Lower-case hex of exactly so many characters. */
export function hex(length: number): Check<string> {
  const form = new RegExp(`^[0-9a-f]{${length}}$`);
  return (value) =>
    typeof value === "string" && form.test(value) ? null : `must be ${length} hex digits`;
}

export function oneOf<const T extends string>(...values: T[]): Check<T> {
  return (value) => values.includes(value as T) ? null : `must be one of ${values.join(", ")}`;
}

/** The same, or null. */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value) => value === null ? null : check(value);
}

/** Writes a record: its fields in their order, without a space, as `JSON.stringify` forms values. */
export function writeRecord<Rules extends RecordRules>(
  rules: Rules,
  record: FieldsOf<Rules>,
): string {
  const ordered: Record<string, unknown> = {};
  for (const name of Object.keys(rules)) ordered[name] = record[name];
  return JSON.stringify(ordered);
}

/**
 * Reads a record and takes exactly one text for each: the one that `writeRecord` makes. Spaces, other
 * orders, forms of numbers, escapes, doubled or unknown fields are refused.
 *
 * @throws {NotCanonicalError} naming what is wrong
 */
export function readRecord<Rules extends RecordRules>(rules: Rules, line: string): FieldsOf<Rules> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new NotCanonicalError("it is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new NotCanonicalError("it is no object");
  }
  const record = parsed as Record<string, unknown>;
  for (const name of Object.keys(rules)) {
    if (!Object.hasOwn(record, name)) throw new NotCanonicalError(`"${name}" is missing`);
    const fault = rules[name]!(record[name]);
    if (fault !== null) throw new NotCanonicalError(`"${name}" ${fault}`);
  }
  if (writeRecord(rules, record as FieldsOf<Rules>) !== line) {
    throw new NotCanonicalError("it is not in the one form that it may have");
  }
  return record as FieldsOf<Rules>;
}

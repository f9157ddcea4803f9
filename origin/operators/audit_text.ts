import { MAX_AUDIT_BYTES } from "./audit_book.ts";

/** Fields that are never written down, by what their names speak of. */
const SECRET_FIELD = /pass|token|secret|hash|csrf|cookie|credential|authorization/i;

/** What stands in place of their values. */
const NOT_KEPT = "(not kept)";

/** Letters that are left of a text that is too long: even as 4 bytes each they fit. */
const KEPT_LETTERS = MAX_AUDIT_BYTES / 4 - 64;

/** Levels of a value that are looked through; deeper ones are left out. */
const MAX_DEPTH = 20;

/**
 * A value as the audit log keeps it: JSON without secrets, at most 64 KB. A longer one becomes
 * `{"cut": true, "bytes", "start"}` with its beginning as text.
 */
export function auditText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(withoutSecrets(value, 0));
  const { length: bytes } = new TextEncoder().encode(text);
  if (bytes <= MAX_AUDIT_BYTES) return text;
  let start = text.slice(0, KEPT_LETTERS);
  // As a text within JSON it grows again by its quotes.
  while (JSON.stringify(start).length > KEPT_LETTERS) start = start.slice(0, start.length / 2);
  return JSON.stringify({ cut: true, bytes, start: start.toWellFormed() });
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "(left out)";
  if (Array.isArray(value)) return value.map((part) => withoutSecrets(part, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      SECRET_FIELD.test(name) ? NOT_KEPT : withoutSecrets(part, depth + 1),
    ]),
  );
}

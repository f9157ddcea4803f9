import {
  BUNDLE_FORMAT,
  BUNDLE_VERSION,
  FULL_TICKET_RECORD,
  FULL_VIOLATION_RECORD,
  TICKET_RECORD,
  VIOLATION_RECORD,
} from "./bundle_records.ts";

/**
 * The lines of a bundle, each ended by one line feed. Together they are one JSON document; each by
 * itself has exactly one form, so that the whole file has.
 *
 *     {"format":"dropgate-proof","version":1,
 *     "sale":{…},
 *     "made":{…},
 *     "items":[
 *     {…},
 *     {…}
 *     ],
 *     "tickets":[        item by item in the order of `items`, each in the order of `seq`
 *     …
 *     ],
 *     "itemTotals":[     one per item, in the same order
 *     …
 *     ],
 *     "totals":{…},
 *     "violations":[     at most 100
 *     …
 *     ],
 *     "head":"…",        what the chain over all lines above ends in
 *     "signature":"…"}   of the head
 */
export const FIRST_LINE = `{"format":"${BUNDLE_FORMAT}","version":${BUNDLE_VERSION},`;

/** The names before a record or a list, as they stand in the file. */
export const NAMES = {
  sale: `"sale":`,
  made: `"made":`,
  items: `"items":[`,
  tickets: `"tickets":[`,
  itemTotals: `"itemTotals":[`,
  totals: `"totals":`,
  violations: `"violations":[`,
  head: `"head":`,
  signature: `"signature":`,
} as const;

/** What ends a list. */
export const LIST_END = "],";

/** Bytes of the longest line: a product's name of 255 characters, all escaped, fits many times. */
export const MAX_LINE_BYTES = 16_384;

/** Most items of a sale, and violations that are told one by one. */
export const MAX_ITEMS = 10_000;
export const MAX_TOLD_VIOLATIONS = 100;

/** The rules of a ticket's line; full bundles name the buyer. */
export function ticketRules(full: boolean): typeof TICKET_RECORD {
  return full ? FULL_TICKET_RECORD : TICKET_RECORD;
}

/** The rules of a violation's line; full bundles say more. */
export function violationRules(full: boolean): typeof VIOLATION_RECORD {
  return full ? FULL_VIOLATION_RECORD : VIOLATION_RECORD;
}

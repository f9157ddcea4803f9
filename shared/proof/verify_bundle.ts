import type { BundleHeader, BundleSummary, BundleTicket } from "./bundle_records.ts";
import { fingerprintOf, isAmong, isSignedBy } from "./proof_key.ts";
import { type BundleEnd, BundleFormError, readBundle } from "./read_bundle.ts";
import { faultOfSums, type Finding, judgeTotals, MAX_FINDINGS, Recount } from "./recount.ts";

/**
 * `changed`: some byte is not as it was signed. `other_key`: signed by a key that is not among those
 * given. `false`: signed, and what it says does not follow from its own lines. `intact`: none of it.
 */
export type ProofVerdict = "intact" | "changed" | "other_key" | "false";

/** What a check works with. */
export interface VerifyOptions {
  /** Keys or fingerprints that may have signed; null: the reader compares the fingerprint himself. */
  keys: string[] | null;
  /** 32 random bits. */
  seed: number;
  /** Bytes of the file, which decide in how many parts buyers are looked at. */
  bytes: number;
  /** Hears how many tickets have been read, every ten thousand. */
  onProgress?: (tickets: number, pass: number, passes: number) => void;
}

/** What a check of a bundle found. */
export interface BundleReport {
  kind: "bundle";
  verdict: ProofVerdict;
  /** Why it is not intact. */
  reason: string | null;
  /** What it says; null when it could not be read so far. */
  header: BundleHeader | null;
  summary: BundleSummary | null;
  head: string | null;
  fingerprint: string | null;
  /** What breaks an invariant by the lines themselves; at most 100. */
  findings: Finding[];
  findingCount: number;
  tickets: number;
}

/** Bytes of a file for which the buyers of one pass stay below some 100 MB. */
const BYTES_PER_PASS = 512 * 1024 * 1024;

/** Tickets between two reports of progress. */
const PROGRESS_TICKETS = 10_000;

/**
 * Checks a bundle without any server: that it has exactly the bytes that were signed, and that what
 * it says of the sale follows from its tickets. It is read in a stream; a file of more than 512 MB is
 * read several times, so that memory does not grow with it.
 *
 * @param open begins to read the file
 */
export async function verifyBundle(
  open: () => Promise<AsyncIterable<Uint8Array>>,
  options: VerifyOptions,
): Promise<BundleReport> {
  const passes = Math.max(1, Math.ceil(options.bytes / BYTES_PER_PASS));
  const report: BundleReport = {
    kind: "bundle",
    verdict: "intact",
    reason: null,
    header: null,
    summary: null,
    head: null,
    fingerprint: null,
    findings: [],
    findingCount: 0,
    tickets: 0,
  };
  const judge = (verdict: ProofVerdict, reason: string) => ({ ...report, verdict, reason });
  let end: BundleEnd;
  try {
    const first = await readPass(open, options, { at: 0, of: passes }, report);
    end = first.end;
    const fault = await faultOfSignature(report.header!, end);
    if (fault !== null) return judge("changed", fault);
    if (options.keys !== null && !isAmong(report.header!.made.publicKey, options.keys)) {
      return judge("other_key", "it is signed by a key that is not among those given");
    }
    const wrongSum = faultOfSums(report.header!, first.recount.sums, end);
    if (wrongSum !== null) return judge("false", wrongSum);
    noteFindings(report, judgeTotals(end.itemTotals, first.recount));
    for (let at = 1; at < passes; at += 1) {
      await readPass(open, options, { at, of: passes }, report);
    }
  } catch (error) {
    if (!(error instanceof BundleFormError)) throw error;
    return judge("changed", error.message);
  }
  if (end.totals.ok && report.findingCount > 0) {
    const { invariant, product, seq, detail } = report.findings[0]!;
    const where = seq === null ? `item ${product}` : `item ${product}, ticket ${seq}`;
    return judge(
      "false",
      `it says that all is well, and ${invariant} is broken: ${where}: ${detail}`,
    );
  }
  return report;
}

interface Pass {
  end: BundleEnd;
  recount: Recount;
}

async function readPass(
  open: () => Promise<AsyncIterable<Uint8Array>>,
  { seed, onProgress }: VerifyOptions,
  part: { at: number; of: number },
  report: BundleReport,
): Promise<Pass> {
  let recount: Recount | null = null;
  let tickets = 0;
  const end = await readBundle(await open(), {
    header(header) {
      recount = new Recount(header, seed, part);
      report.header = header;
      report.fingerprint = fingerprintOf(header.made.publicKey);
    },
    ticket(ticket: BundleTicket) {
      recount!.ticket(ticket);
      tickets += 1;
      if (tickets % PROGRESS_TICKETS === 0) onProgress?.(tickets, part.at + 1, part.of);
    },
  });
  // What another pass has found already is not found again.
  const found: Recount = recount!;
  const isNew = (one: Finding) => part.at === 0 || one.invariant === "I5";
  noteFindings(report, found.findings.filter(isNew));
  const { itemTotals, totals, violations, head } = end;
  Object.assign(report, { summary: { itemTotals, totals, violations }, head, tickets });
  return { end, recount: found };
}

function noteFindings(report: BundleReport, found: Finding[]): void {
  const known = new Set(report.findings.map((one) => JSON.stringify(one)));
  const added = found.filter((one) => !known.has(JSON.stringify(one)));
  report.findings.push(...added.slice(0, MAX_FINDINGS - report.findings.length));
  report.findingCount += added.length;
}

async function faultOfSignature(
  header: BundleHeader,
  { head, computedHead, signature }: BundleEnd,
): Promise<string | null> {
  if (head !== computedHead) return "its lines do not give its head: some of them were changed";
  return await isSignedBy(header.made.publicKey, "head", head, signature)
    ? null
    : "its signature is not that of its public key over its head";
}

/** What is wrong with the link of a bundle to the one before it; null when it follows it. */
export function faultOfLink(report: BundleReport, previous: BundleReport): string | null {
  if (report.header === null || previous.header === null) return "one of them could not be read";
  const { sale, made } = report.header;
  if (sale.saleId !== previous.header.sale.saleId) {
    return `they are of sales ${previous.header.sale.saleId} and ${sale.saleId}`;
  }
  if (made.previousHead === previous.head) return null;
  return made.previousHead === null
    ? "it says that it is the first bundle of its sale"
    : `it follows the bundle with the head ${made.previousHead}, not ${previous.head}`;
}

import type { PageReport } from "../../proof/proof_page.ts";
import type { BundleReport } from "../../proof/verify_bundle.ts";

/** Statuses with which the tool ends. */
export const STATUS = { intact: 0, refused: 1, use: 2, unbalanced: 3, moving: 4 } as const;

/** What a check came to, with the link to the proof before. */
export interface Outcome {
  file: string;
  report: BundleReport | PageReport;
  /** True when a key was given, so that the signer is known. */
  keyGiven: boolean;
  /** Why it does not follow the previous proof; null when it does, or none was given. */
  brokenLink: string | null;
  previous: string | null;
}

/** The status that an outcome ends with. */
export function statusOf({ report, brokenLink }: Outcome): number {
  if (report.verdict !== "intact" || brokenLink !== null) return STATUS.refused;
  const totals = report.kind === "bundle" ? report.summary?.totals : undefined;
  if (totals?.ok === false) return STATUS.unbalanced;
  return totals?.moving ? STATUS.moving : STATUS.intact;
}

const VERDICTS = {
  intact: "Intact",
  changed: "CHANGED",
  other_key: "OTHER KEY",
  false: "FALSE",
} as const;

/** What a person reads. */
export function outcomeText(outcome: Outcome): string {
  const { file, report, brokenLink } = outcome;
  const lines = [`${VERDICTS[report.verdict]}: ${file}`];
  if (report.reason !== null) lines.push(`  ${report.reason}`);
  if (report.verdict !== "changed") {
    lines.push(...(report.kind === "bundle" ? bundleLines(report) : pageLines(report)));
    lines.push(`  Key       ${report.fingerprint}${signerNote(outcome)}`);
  }
  if (brokenLink !== null) lines.push(`DOES NOT FOLLOW ${outcome.previous}: ${brokenLink}`);
  else if (outcome.previous !== null) lines.push(`  Follows   ${outcome.previous}`);
  return lines.join("\n");
}

function signerNote({ keyGiven, report }: Outcome): string {
  if (report.verdict === "other_key") return "";
  return keyGiven
    ? " (one of those given)"
    : "\n            Compare it with the published key: deno " +
      "task proof keys URL";
}

function pageLines({ head }: PageReport): string[] {
  return [`  Page of the bundle with the head ${head}`];
}

function bundleLines(report: BundleReport): string[] {
  const { header, summary, tickets, head, findings } = report;
  if (!header || !summary) return [];
  const { sale, made } = header;
  const { totals } = summary;
  const stock = totals.stock < 0 ? "unlimited stock" : `${count(totals.stock)} put on sale`;
  const left = totals.remaining < 0 ? "" : `, ${count(totals.remaining)} left`;
  const lines = [
    `  Sale      ${sale.saleId} ${JSON.stringify(sale.title)}`,
    `  Proof     ${made.bundle}, made ${made.at} by ${made.by}${
      made.final ? ", the last one" : ""
    }`,
    `  Tickets   ${count(tickets)}: ${count(totals.paid)} paid, ${count(totals.unpaid)} unpaid, ` +
    `${count(totals.cancelled)} cancelled, ${count(totals.refused)} refused`,
    `  Stock     ${stock}${left}, ${count(totals.processing)} on their way`,
    `  Books     ${booksText(report)}`,
    ...summary.violations.map(({ invariant, product, seq }) =>
      `            ${invariant} item ${product}${seq === null ? "" : ` ticket ${seq}`}`
    ),
    `  Head      ${head}`,
    `  Before    ${made.previousHead ?? "none: the first proof of the sale"}`,
  ];
  if (totals.ok) return lines;
  const found = findings.map(({ detail, product, seq }) =>
    `            found again: item ${product}${seq === null ? "" : ` ticket ${seq}`}: ${detail}`
  );
  return [...lines, ...found];
}

function booksText({ summary }: BundleReport): string {
  const { ok, moving, violationCount } = summary!.totals;
  if (!ok) return `DO NOT BALANCE: ${count(violationCount)} faults`;
  return moving ? "counted while the sale was moving: sums are not judged" : "balance";
}

/** The same as one JSON object. */
export function outcomeJson(outcome: Outcome): string {
  const { file, report, brokenLink, previous, keyGiven } = outcome;
  const { verdict, reason, head, fingerprint, kind } = report;
  const isChanged = verdict === "changed";
  const told = report.kind === "bundle" && !isChanged
    ? {
      sale: report.header?.sale,
      made: report.header?.made,
      totals: report.summary?.totals,
      violations: report.summary?.violations,
      findings: report.findings,
    }
    : {};
  return JSON.stringify({
    file,
    kind,
    verdict,
    reason,
    status: statusOf(outcome),
    keyGiven,
    // Nothing that a changed file says of itself is worth repeating.
    head: isChanged ? null : head,
    fingerprint: isChanged ? null : fingerprint,
    previous: previous === null
      ? null
      : { file: previous, follows: brokenLink === null, brokenLink },
    ...told,
  });
}

function count(value: number): string {
  return value.toLocaleString("en");
}

import { sha256 } from "@noble/hashes/sha2.js";
import { fingerprintOf, isAmong, isSignedBy, type ProofSigner } from "./proof_key.ts";
import type { ProofVerdict } from "./verify_bundle.ts";

/** Bytes of the longest page. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** The name under which a page says the head of its bundle. */
export const HEAD_META = "dropgate-proof-head";

const LAST_LINE = /^<!-- dropgate-proof-page 1 ([A-Za-z0-9_-]{43}) ([A-Za-z0-9_-]{86}) -->\n$/;
const HEAD = new RegExp(`<meta name="${HEAD_META}" content="([0-9a-f]{64})"`, "g");

/** What a check of a page found. */
export interface PageReport {
  kind: "page";
  verdict: ProofVerdict;
  reason: string | null;
  /** The head of the bundle that it belongs to. */
  head: string | null;
  fingerprint: string | null;
}

/** A page with its signature as its last line, over every byte before that line. */
export async function signPage(html: string, signer: ProofSigner): Promise<string> {
  const before = html.endsWith("\n") ? html : `${html}\n`;
  const signature = await signer.sign("page", digestOf(new TextEncoder().encode(before)));
  return `${before}<!-- dropgate-proof-page 1 ${signer.publicKey} ${signature} -->\n`;
}

/** Checks a page without any server. @param keys keys or fingerprints that may have signed, or null */
export async function verifyPage(bytes: Uint8Array, keys: string[] | null): Promise<PageReport> {
  const report: PageReport = {
    kind: "page",
    verdict: "intact",
    reason: null,
    head: null,
    fingerprint: null,
  };
  const judge = (verdict: ProofVerdict, reason: string) => ({ ...report, verdict, reason });
  // The last line ends the file with a line feed, so it begins after the one before that.
  const begin = bytes.subarray(0, -1).lastIndexOf(0x0a) + 1;
  const last = LAST_LINE.exec(new TextDecoder().decode(bytes.subarray(begin)));
  if (!last) return judge("changed", "its last line is not a signature");
  const [, publicKey, signature] = last as unknown as [string, string, string];
  report.fingerprint = fingerprintOf(publicKey);
  const before = bytes.subarray(0, begin);
  if (!await isSignedBy(publicKey, "page", digestOf(before), signature)) {
    return judge("changed", "its signature is not that of its public key over the page");
  }
  const heads = [...new TextDecoder().decode(before).matchAll(HEAD)];
  if (heads.length !== 1) return judge("changed", "it names no bundle, or several");
  report.head = heads[0]![1]!;
  if (keys !== null && !isAmong(publicKey, keys)) {
    return judge("other_key", "it is signed by a key that is not among those given");
  }
  return report;
}

function digestOf(bytes: Uint8Array): string {
  return sha256(bytes).toHex();
}

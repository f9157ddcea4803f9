import { createHash } from "node:crypto";

/** SHA-256 of a message's text as UTF-8, in hex: what the inbox compares. */
export function contentHash(content: string): string {
  return createHash("sha256").update(content, "utf8").digest("hex");
}

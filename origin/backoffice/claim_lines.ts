import type { Claims } from "../../shared/claims.ts";

/** Claims as they are shown in a field: one a line, `name = value`. */
export function claimLines(claims: Claims | null): string {
  return Object.entries(claims ?? {}).map(([name, value]) => `${name} = ${value}`).join("\n");
}

/**
 * Reads such lines; empty ones are left out, and none at all is null. A value may have further `=`
 * in it. What a name or a value may be is for the API to say.
 */
export function readClaimLines(
  text: string,
): { kind: "claims"; claims: Claims | null } | { kind: "fault"; message: string } {
  const claims = new Map<string, string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const split = line.indexOf("=");
    const name = line.slice(0, Math.max(0, split)).trim();
    if (split < 0 || name === "") {
      return { kind: "fault", message: `Line ${at + 1} must be written as name = value.` };
    }
    if (claims.has(name)) {
      return { kind: "fault", message: `Line ${at + 1} names ${name} a second time.` };
    }
    claims.set(name, line.slice(split + 1).trim());
  }
  return { kind: "claims", claims: claims.size === 0 ? null : Object.fromEntries(claims) };
}

import type { ClaimRule } from "../../../shared/claims.ts";

/** Rules as lines of text: `membership = gold, platinum`. */
export function claimsText(rules: readonly ClaimRule[]): string {
  return rules.map(({ claim, anyOf }) => `${claim} = ${anyOf.map(quoted).join(", ")}`).join("\n");
}

/** Values are quoted where a plain one would be read otherwise. */
function quoted(value: string): string {
  return /^[^",\s]([^",]*[^",\s])?$/.test(value) ? value : JSON.stringify(value);
}

/** Reads rules from lines of text; a fault names the line that it is in. */
export function readClaims(text: string): { rules: ClaimRule[] } | { fault: string } {
  const rules: ClaimRule[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const [, claim, values = ""] = /^\s*([^=\s]+)\s*=(.*)$/.exec(line) ?? [];
    const anyOf = readValues(values);
    if (claim === undefined || anyOf === null) {
      return { fault: `Line ${at + 1} must be like: membership = gold, platinum` };
    }
    rules.push({ claim, anyOf });
  }
  return { rules };
}

function readValues(text: string): string[] | null {
  const values: string[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",]+))\s*(,|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return null;
    const value = match[1] === undefined ? match[2]!.trim() : unquoted(match[1]);
    if (value === null || value === "") return null;
    values.push(value);
  }
  return values.length === 0 || text.trimEnd().endsWith(",") ? null : values;
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return null;
  }
}

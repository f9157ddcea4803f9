import { isPublicKey } from "../../proof/proof_key.ts";
import { ProofUseError } from "./proof_arguments.ts";

/** A published key. */
export interface PublishedKey {
  x: string;
  kid: string;
  createdAt: string;
  current: boolean;
}

const TIMEOUT_MS = 10_000;

/** Characters of the longest list: 1,000 keys of some 300. */
const MAX_LENGTH = 1_000_000;

/** Reads keys from a file, or from an installation by its address. @throws {ProofUseError} */
export async function readKeys(source: string): Promise<PublishedKey[]> {
  const text = /^https?:\/\//.test(source) ? await fetchKeys(source) : await readFile(source);
  const fault = () => new ProofUseError(`Cannot read keys as ${source} must hold {"keys":[…]}`);
  if (text.length > MAX_LENGTH) throw fault();
  let parsed: { keys?: unknown };
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault();
  }
  if (!Array.isArray(parsed?.keys)) throw fault();
  return (parsed.keys as Partial<PublishedKey>[]).map((key) => {
    const { x, kid = "", createdAt = "", current = false } = key ?? {};
    if (typeof x !== "string" || !isPublicKey(x)) throw fault();
    return { x, kid: String(kid), createdAt: String(createdAt), current: current === true };
  });
}

/** An address without a path is that of an origin. */
async function fetchKeys(source: string): Promise<string> {
  try {
    const url = new URL(source);
    if (url.pathname === "/") url.pathname = "/admin/api/proof-keys";
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (response.status === 200) return text;
    throw new Error(`it answers ${response.status}`);
  } catch (error) {
    throw new ProofUseError(`Cannot read keys from ${source}: ${messageOf(error)}`);
  }
}

async function readFile(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new ProofUseError(`Cannot read keys from ${path}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

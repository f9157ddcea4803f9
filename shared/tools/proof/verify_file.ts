import { MAX_PAGE_BYTES, type PageReport, verifyPage } from "../../proof/proof_page.ts";
import { type BundleReport, verifyBundle } from "../../proof/verify_bundle.ts";
import { ProofUseError } from "./proof_arguments.ts";

const CHUNK_BYTES = 256 * 1024;

/** Hears how far a check is. */
export type OnProgress = (tickets: number, pass: number, passes: number) => void;

/** Checks a file, whichever of the two it is. @throws {ProofUseError} when it cannot be read */
export async function verifyFile(
  path: string,
  keys: string[] | null,
  onProgress?: OnProgress,
): Promise<BundleReport | PageReport> {
  const bytes = await sizeOf(path);
  const first = await firstByte(path);
  if (first === "<".charCodeAt(0)) {
    if (bytes > MAX_PAGE_BYTES) throw new ProofUseError(`Cannot check ${path}: it is too long`);
    return await verifyPage(await Deno.readFile(path), keys);
  }
  const [seed] = crypto.getRandomValues(new Int32Array(1));
  const open = () => Promise.resolve(chunksOf(path));
  const progress = onProgress ? { onProgress } : {};
  return await verifyBundle(open, { keys, seed: seed!, bytes, ...progress });
}

async function sizeOf(path: string): Promise<number> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new Error("it is no file");
    return size;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProofUseError(`Cannot read ${path}: ${reason}`);
  }
}

async function firstByte(path: string): Promise<number | null> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1);
  return await file.read(buffer) === 1 ? buffer[0]! : null;
}

/** A file in pieces; the next one is read when it is asked for. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  while (true) {
    const buffer = new Uint8Array(CHUNK_BYTES);
    const read = await file.read(buffer);
    if (read === null) return;
    yield buffer.subarray(0, read);
  }
}

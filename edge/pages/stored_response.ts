import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const compressGzip = promisify(gzip);
const compressBrotli = promisify(brotliCompress);

/** Below this, compression saves less than its header costs. */
const MIN_COMPRESSED_BYTES = 512;

/** How a body may travel, best first, with what its ETag ends in. */
const ENCODINGS = ["br", "gzip"] as const;

/** A compressed form of a body. */
type Encoding = typeof ENCODINGS[number];

/** What a stored response is made of. */
export interface StoredParts {
  text: string;
  contentType: string;
  headers: Record<string, string>;
  status?: number;
  /** What else than `accept-encoding` the answer depends on, as names of headers. */
  vary?: string;
}

/**
 * A response that is kept ready: its text, its strong ETag, and, once `compress` has run, its
 * compressed forms. Until then it is sent as it is.
 */
export class StoredResponse {
  readonly #parts: StoredParts;
  readonly #hash: string;
  readonly #vary: string;
  readonly #bodies = new Map<Encoding, Uint8Array<ArrayBuffer>>();

  constructor(parts: StoredParts) {
    this.#parts = parts;
    this.#hash = contentHash(parts.text);
    this.#vary = parts.vary === undefined ? "accept-encoding" : `accept-encoding, ${parts.vary}`;
  }

  /** Makes the compressed forms, off the calling thread. */
  async compress(): Promise<void> {
    const bytes = new TextEncoder().encode(this.#parts.text);
    if (bytes.length < MIN_COMPRESSED_BYTES) return;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    this.#bodies.set("br", Uint8Array.from(await compressBrotli(bytes, { params })));
    this.#bodies.set("gzip", Uint8Array.from(await compressGzip(bytes, { level: 9 })));
  }

  /** The answer to a GET or HEAD: the body in the best form, or 304. */
  respond(request: Request): Response {
    const { text, contentType, headers, status = 200 } = this.#parts;
    const encoding = this.#choose(request.headers.get("accept-encoding"));
    const etag = this.#etag(encoding);
    const all: Record<string, string> = { ...headers, etag, vary: this.#vary };
    if (status === 200 && this.#isKnown(request.headers.get("if-none-match"))) {
      return new Response(null, { status: 304, headers: all });
    }
    all["content-type"] = contentType;
    if (encoding === null) return new Response(text, { status, headers: all });
    all["content-encoding"] = encoding;
    return new Response(this.#bodies.get(encoding)!, { status, headers: all });
  }

  #etag(encoding: Encoding | null): string {
    return encoding === null ? `"${this.#hash}"` : `"${this.#hash}-${encoding}"`;
  }

  #choose(header: string | null): Encoding | null {
    if (header === null) return null;
    for (const encoding of ENCODINGS) {
      if (this.#bodies.has(encoding) && accepts(header, encoding)) return encoding;
    }
    return null;
  }

  /** Any form that the client has of this text is as good as the one it would get. */
  #isKnown(header: string | null): boolean {
    if (header === null) return false;
    if (header.trim() === "*") return true;
    const known = header.split(",", 20).map((tag) => tag.trim().replace(/^W\//, ""));
    return known.some((tag) =>
      tag === this.#etag(null) || ENCODINGS.some((encoding) => tag === this.#etag(encoding))
    );
  }
}

/** Whether an `Accept-Encoding` header names an encoding and does not rule it out with `q=0`. */
function accepts(header: string, encoding: Encoding): boolean {
  for (const part of header.slice(0, 500).split(",")) {
    const [name, ...params] = part.split(";").map((piece) => piece.trim().toLowerCase());
    if (name === encoding) return !params.some((param) => /^q=0(\.0*)?$/.test(param));
  }
  return false;
}

/** 16 characters that change with the text; safe in paths and ETags. */
export function contentHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

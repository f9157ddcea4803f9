/** Most bytes of a status line and its headers. */
export const MAX_HEAD_BYTES = 64 * 1024;

/** Most bytes of one response, head and body together. */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

const CR = 13;
const LF = 10;
const ENCODER = new TextEncoder();
const CONTENT_LENGTH = ENCODER.encode("content-length:");
const TRANSFER_ENCODING = ENCODER.encode("transfer-encoding:");
const CONNECTION = ENCODER.encode("connection:");
const CHUNKED = ENCODER.encode("chunked");
const CLOSE = ENCODER.encode("close");

/** The other side answered something that is not HTTP/1.1, or ended in the middle of an answer. */
export class ResponseError extends Error {
  override name = "ResponseError";
}

/** Fills part of a buffer: how many bytes, or null at the end of the connection. */
export type ReadBytes = (into: Uint8Array) => Promise<number | null>;

/** How the end of a body is known. */
type Framing = "unknown" | "length" | "chunked" | "until_close";

/**
 * Reads HTTP/1.1 responses off a connection, one after the other. Its one buffer is used again for
 * every response, so `body()` is valid until the next call of `next()`. RFC 9112 section 6.
 */
export class ResponseReader {
  /** Status of the last response. */
  status = 0;
  /** False when the server will close the connection after this response. */
  keepAlive = true;
  /** The bytes that `bodyStart` and `bodyEnd` point into. */
  bytes = new Uint8Array(4096);
  bodyStart = 0;
  bodyEnd = 0;

  readonly #read: ReadBytes;
  /** Filled part of `bytes`. A response always begins at 0. */
  #filled = 0;
  /** First byte after the present response, known once it is complete. */
  #responseEnd = 0;
  #framing: Framing = "unknown";
  #length = -1;
  #chunked = false;
  /** Where the next chunk's size line begins, while a chunked body comes in. */
  #cursor = 0;

  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /** Waits for one whole response and returns its status. @throws {ResponseError} */
  async next(): Promise<number> {
    this.#dropPrevious();
    while (!this.#parse()) {
      const count = await this.#read(this.#space());
      if (count === null) {
        this.#endOfConnection();
        return this.status;
      }
      this.#filled += count;
    }
    return this.status;
  }

  /** The body of the last response, a view that the next response overwrites. */
  body(): Uint8Array {
    return this.bytes.subarray(this.bodyStart, this.bodyEnd);
  }

  #dropPrevious(): void {
    const left = this.#filled - this.#responseEnd;
    if (left > 0 && this.#responseEnd > 0) {
      this.bytes.copyWithin(0, this.#responseEnd, this.#filled);
    }
    this.#filled = left;
    this.#responseEnd = 0;
    this.#framing = "unknown";
  }

  #space(): Uint8Array {
    if (this.#filled === this.bytes.length) {
      if (this.bytes.length >= MAX_RESPONSE_BYTES) {
        throw new ResponseError(`Cannot read a response over ${MAX_RESPONSE_BYTES} bytes`);
      }
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return this.bytes.subarray(this.#filled);
  }

  #endOfConnection(): void {
    this.keepAlive = false;
    if (this.#framing !== "until_close") {
      const what = this.#filled === 0 ? "before it began" : `after ${this.#filled} bytes`;
      throw new ResponseError(`Cannot read a response as the connection ended ${what}`);
    }
    this.bodyEnd = this.#filled;
    this.#responseEnd = this.#filled;
  }

  /** True when the whole response is in the buffer. Called again after every read. */
  #parse(): boolean {
    while (this.#framing === "unknown") {
      if (!this.#parseHead()) return false;
      if (this.status >= 200 || this.status === 101) break;
      // An interim answer (100, 103) has no body and comes before the real one.
      this.#responseEnd = this.bodyStart;
      this.#dropPrevious();
    }
    if (this.#framing === "chunked") return this.#parseChunks();
    if (this.#framing === "until_close") return false;
    const end = this.bodyStart + this.#length;
    if (end > MAX_RESPONSE_BYTES) {
      throw new ResponseError(`Cannot read a response over ${MAX_RESPONSE_BYTES} bytes`);
    }
    if (this.#filled < end) return false;
    this.bodyEnd = end;
    this.#responseEnd = end;
    return true;
  }

  #parseHead(): boolean {
    const { bytes } = this;
    this.#length = -1;
    this.#chunked = false;
    this.keepAlive = true;
    let lineStart = 0;
    for (let at = 0; at < this.#filled; at++) {
      if (bytes[at] !== LF) continue;
      const lineEnd = at > lineStart && bytes[at - 1] === CR ? at - 1 : at;
      if (lineStart === 0) this.#readStatusLine(lineEnd);
      else if (lineEnd === lineStart) {
        this.#finishHead(at + 1);
        return true;
      } else this.#readHeader(lineStart, lineEnd);
      lineStart = at + 1;
    }
    if (this.#filled > MAX_HEAD_BYTES) {
      throw new ResponseError(`Cannot read a response whose headers are over ${MAX_HEAD_BYTES}`);
    }
    return false;
  }

  #readStatusLine(end: number): void {
    const { bytes } = this;
    // "HTTP/1.x NNN", by its bytes: H, T, T, P and the digits at 9 to 11.
    const named = bytes[0] === 72 && bytes[1] === 84 && bytes[2] === 84 && bytes[3] === 80;
    const status = (bytes[9]! - 48) * 100 + (bytes[10]! - 48) * 10 + (bytes[11]! - 48);
    if (end < 12 || !named || !(status >= 100 && status <= 999)) {
      throw new ResponseError("Cannot read a response as it must begin with HTTP/1.1 and a status");
    }
    this.status = status;
    // HTTP/1.0 closes unless it says otherwise; nothing that is measured here speaks it.
    if (bytes[7] === 48) this.keepAlive = false;
  }

  #readHeader(start: number, end: number): void {
    const { bytes } = this;
    const first = bytes[start]! | 32;
    if (first === 99) {
      if (startsWith(bytes, start, end, CONTENT_LENGTH)) {
        this.#length = readNumber(bytes, start + CONTENT_LENGTH.length, end);
      } else if (startsWith(bytes, start, end, CONNECTION)) {
        if (contains(bytes, start + CONNECTION.length, end, CLOSE)) this.keepAlive = false;
      }
    } else if (first === 116 && startsWith(bytes, start, end, TRANSFER_ENCODING)) {
      this.#chunked = contains(bytes, start + TRANSFER_ENCODING.length, end, CHUNKED);
    }
  }

  #finishHead(bodyStart: number): void {
    this.bodyStart = bodyStart;
    this.bodyEnd = bodyStart;
    if (this.status < 200 || this.status === 204 || this.status === 304) this.#length = 0;
    else if (this.#chunked) {
      this.#framing = "chunked";
      this.#cursor = bodyStart;
      return;
    }
    this.#framing = this.#length >= 0 ? "length" : "until_close";
    if (this.status < 200 && this.status !== 101) this.#framing = "unknown";
  }

  /** Moves the chunks that are complete together, so that the body is one piece. */
  #parseChunks(): boolean {
    const { bytes } = this;
    for (;;) {
      const lineEnd = bytes.indexOf(LF, this.#cursor);
      if (lineEnd === -1 || lineEnd >= this.#filled) return false;
      const size = readHexadecimal(bytes, this.#cursor, lineEnd);
      const dataStart = lineEnd + 1;
      if (size === 0) return this.#parseTrailers(dataStart);
      if (dataStart + size + 2 > this.#filled) return false;
      if (bytes[dataStart + size] !== CR || bytes[dataStart + size + 1] !== LF) {
        throw new ResponseError("Cannot read a chunk as its data must end with CRLF");
      }
      bytes.copyWithin(this.bodyEnd, dataStart, dataStart + size);
      this.bodyEnd += size;
      this.#cursor = dataStart + size + 2;
    }
  }

  #parseTrailers(from: number): boolean {
    for (let start = from;;) {
      const lineEnd = this.bytes.indexOf(LF, start);
      if (lineEnd === -1 || lineEnd >= this.#filled) return false;
      if (lineEnd - start <= 1) {
        this.#responseEnd = lineEnd + 1;
        return true;
      }
      start = lineEnd + 1;
    }
  }
}

/** Whether a header line begins with a name, in any case. */
function startsWith(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start < name.length) return false;
  for (let i = 0; i < name.length; i++) {
    const byte = bytes[start + i]!;
    const lower = byte >= 65 && byte <= 90 ? byte | 32 : byte;
    if (lower !== name[i]) return false;
  }
  return true;
}

function contains(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  for (let at = start; at + word.length <= end; at++) {
    if (startsWith(bytes, at, end, word)) return true;
  }
  return false;
}

function readNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 32 || byte === 9) continue;
    if (byte < 48 || byte > 57) throw new ResponseError("Cannot read a Content-Length");
    value = (value < 0 ? 0 : value * 10) + (byte - 48);
  }
  if (value < 0) throw new ResponseError("Cannot read a Content-Length");
  return value;
}

/** A chunk's size; what follows a semicolon is an extension and means nothing here. */
function readHexadecimal(bytes: Uint8Array, start: number, end: number): number {
  let value = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 59 || byte === CR) break;
    const lower = byte | 32;
    const digit = byte >= 48 && byte <= 57
      ? byte - 48
      : lower >= 97 && lower <= 102
      ? lower - 87
      : -1;
    if (digit < 0) throw new ResponseError("Cannot read the size of a chunk");
    value = (value < 0 ? 0 : value * 16) + digit;
    if (value > MAX_RESPONSE_BYTES) throw new ResponseError("Cannot read a chunk of that size");
  }
  if (value < 0) throw new ResponseError("Cannot read the size of a chunk");
  return value;
}

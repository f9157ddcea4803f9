/** Largest body that any address of the edge takes, in bytes. */
export const MAX_BODY_BYTES = 16_384;

/** Longest wait for a body whose length was not declared. */
const READ_TIMEOUT_MS = 10_000;

/**
 * The text of a request's body, or null when it is too large. What is declared too large is not
 * read; what turns out to be is not read on. Bytes that are not UTF-8 become U+FFFD. Rejects when
 * the sender breaks off. Slow senders with a declared length are the proxy's job in front.
 */
export function readBody(request: Request): Promise<string | null> {
  const declared = request.headers.get("content-length");
  if (declared === null) return readStream(request);
  // Where the length is declared the server hands out no more than that.
  if (!/^\d{1,9}$/.test(declared) || Number(declared) > MAX_BODY_BYTES) {
    return discard(request.body);
  }
  return request.text().then((text) => text.length > MAX_BODY_BYTES ? null : text);
}

async function discard(body: ReadableStream<Uint8Array> | null): Promise<null> {
  await body?.cancel().catch(() => {});
  return null;
}

async function readStream(request: Request): Promise<string | null> {
  if (request.body === null) return "";
  const reader = request.body.getReader();
  const timer = setTimeout(() => reader.cancel().catch(() => {}), READ_TIMEOUT_MS);
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      length += value.byteLength;
      if (length > MAX_BODY_BYTES) {
        await reader.cancel().catch(() => {});
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * A body's bytes as they came, for what is signed, or null when there are more than `maxBytes`.
 * Rejects when the sender breaks off or takes longer than 10 s.
 */
export async function readRawBody(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (request.body === null) return new Uint8Array();
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return discard(request.body);
  const whole = new Uint8Array(maxBytes);
  let length = 0;
  const reader = request.body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    reader.cancel().catch(() => {});
  }, READ_TIMEOUT_MS);
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (late) throw new Error(`The body took longer than ${READ_TIMEOUT_MS} ms`);
      if (done) return whole.slice(0, length);
      if (length + value.byteLength > maxBytes) {
        await reader.cancel().catch(() => {});
        return null;
      }
      whole.set(value, length);
      length += value.byteLength;
    }
  } finally {
    clearTimeout(timer);
  }
}

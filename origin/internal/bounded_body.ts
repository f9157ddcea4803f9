/** How much of a body is taken, and how long its sender has. */
export interface BodyLimits {
  maxBytes: number;
  timeoutMs: number;
}

/** A body's text, or why it was not read to its end. */
export type BoundedBody =
  | { kind: "read"; text: string }
  | { kind: "too_large" }
  | { kind: "too_slow" };

/** The same with the body as it came. */
export type BoundedBytes =
  | { kind: "read"; bytes: Uint8Array }
  | Exclude<
    BoundedBody,
    { kind: "read" }
  >;

/**
 * Reads a request's body, but never more than `maxBytes`, and never longer than `timeoutMs`: the
 * server itself has no limit for either. What is too large is not read at all when its length is
 * announced. Bytes that are not UTF-8 become U+FFFD.
 */
export async function readBoundedBody(request: Request, limits: BodyLimits): Promise<BoundedBody> {
  const body = await readBoundedBytes(request, limits);
  return body.kind === "read" ? { kind: "read", text: decoder.decode(body.bytes) } : body;
}

/** The same for bodies whose bytes are signed. */
export async function readBoundedBytes(
  request: Request,
  limits: BodyLimits,
): Promise<BoundedBytes> {
  if (request.body === null) return { kind: "read", bytes: new Uint8Array() };
  if (Number(request.headers.get("content-length") ?? 0) > limits.maxBytes) {
    await request.body.cancel().catch(() => {});
    return { kind: "too_large" };
  }
  const reader = request.body.getReader();
  const deadline = Promise.withResolvers<"too_slow">();
  const timer = setTimeout(() => deadline.resolve("too_slow"), limits.timeoutMs);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (true) {
      const next = await Promise.race([reader.read(), deadline.promise]);
      if (next === "too_slow") return await giveUp(reader, "too_slow");
      if (next.done) return { kind: "read", bytes: joined(chunks, length) };
      length += next.value.byteLength;
      if (length > limits.maxBytes) return await giveUp(reader, "too_large");
      chunks.push(next.value);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function giveUp(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  kind: "too_large" | "too_slow",
): Promise<{ kind: "too_large" | "too_slow" }> {
  await reader.cancel().catch(() => {});
  return { kind };
}

const decoder = new TextDecoder();

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

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

const NO_BODY: BoundedBody = { kind: "read", text: "" };

/**
 * Reads a request's body, but never more than `maxBytes`, and never longer than `timeoutMs`: the
 * server itself has no limit for either. What is too large is not read at all when its length is
 * announced. Bytes that are not UTF-8 become U+FFFD.
 */
export async function readBoundedBody(request: Request, limits: BodyLimits): Promise<BoundedBody> {
  if (request.body === null) return NO_BODY;
  if (Number(request.headers.get("content-length") ?? 0) > limits.maxBytes) {
    await request.body.cancel().catch(() => {});
    return { kind: "too_large" };
  }
  const reader = request.body.getReader();
  const deadline = Promise.withResolvers<"too_slow">();
  const timer = setTimeout(() => deadline.resolve("too_slow"), limits.timeoutMs);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    while (true) {
      const next = await Promise.race([reader.read(), deadline.promise]);
      if (next === "too_slow") return await giveUp(reader, "too_slow");
      if (next.done) return { kind: "read", text: decode(chunks, bytes) };
      bytes += next.value.byteLength;
      if (bytes > limits.maxBytes) return await giveUp(reader, "too_large");
      chunks.push(next.value);
    }
  } finally {
    clearTimeout(timer);
  }
}

async function giveUp(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  kind: "too_large" | "too_slow",
): Promise<BoundedBody> {
  await reader.cancel().catch(() => {});
  return { kind };
}

const decoder = new TextDecoder();

function decode(chunks: Uint8Array[], bytes: number): string {
  if (chunks.length === 1) return decoder.decode(chunks[0]);
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return decoder.decode(whole);
}

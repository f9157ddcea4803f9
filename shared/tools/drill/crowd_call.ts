import type { DriftMeter } from "./drift_meter.ts";
import type { RecordLine, RecordWriter } from "./crowd_record.ts";

/** How long a buyer waits for one answer. */
const ANSWER_TIMEOUT_MS = 10_000;

/** What a buyer sends. */
export interface BuyerRequest {
  method: string;
  path: string;
  token?: string;
  headers?: Record<string, string>;
  /** The body as it goes over the wire. */
  text?: string;
}

/** What a buyer heard. */
export interface Heard {
  status: number;
  code: string;
  ticket?: string;
  reason?: string;
  token?: string;
  /** From `Retry-After`, 0 without one. */
  retryAfterMs: number;
}

/** What a line says besides what the answer tells. */
export type LineHead = Pick<RecordLine, "user" | "kind" | "key" | "ticket"> & Partial<RecordLine>;

/** Sends requests and writes each one down with its answer before anybody learns of it. */
export class CrowdCaller {
  constructor(
    readonly baseUrl: string,
    readonly record: RecordWriter,
    readonly drift: DriftMeter,
  ) {}

  /** Never throws: without an answer the status is 0 and the code names the error. */
  async call(head: LineHead, request: BuyerRequest): Promise<Heard> {
    const at = Date.now();
    const startedAt = performance.now();
    const heard = await this.#exchange(request);
    const ms = Math.round(performance.now() - startedAt);
    const line: RecordLine = {
      ...head,
      at,
      ms,
      lateMs: this.drift.within(at, at + ms),
      status: heard.status,
      code: heard.code,
    };
    if (heard.ticket !== undefined) line.ticket = heard.ticket;
    if (heard.reason !== undefined) line.reason = heard.reason;
    this.record.add(line);
    return heard;
  }

  async #exchange({ method, path, token, headers, text }: BuyerRequest): Promise<Heard> {
    try {
      const response = await fetch(this.baseUrl + path, {
        method,
        headers: {
          ...(text === undefined ? {} : { "content-type": "application/json" }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const body = objectOf(await response.text());
      const retryAfterS = Number(response.headers.get("retry-after") ?? 0);
      return {
        status: response.status,
        code: String(body.outcome ?? body.code ?? body.status ?? ""),
        ...textOf(body, "ticket"),
        ...textOf(body, "reason"),
        ...textOf(body, "token"),
        retryAfterMs: Number.isFinite(retryAfterS) ? retryAfterS * 1_000 : 0,
      };
    } catch (error) {
      const code = error instanceof Error ? error.name : "error";
      return { status: 0, code, retryAfterMs: 0 };
    }
  }
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" ? value as Record<string, unknown> : {};
  } catch {
    return {};
  }
}

function textOf<Name extends string>(
  body: Record<string, unknown>,
  name: Name,
): { [key in Name]?: string } {
  const value = body[name];
  return typeof value === "string" ? { [name]: value } as { [key in Name]: string } : {};
}

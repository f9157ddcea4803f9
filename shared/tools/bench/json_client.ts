import { withDeadline } from "../../shutdown.ts";
import { HttpSocket } from "./http_socket.ts";
import { type HttpTarget, requestText } from "./http_target.ts";

/** An answer with its JSON body, or null when the body was empty or no JSON. */
export interface JsonAnswer {
  status: number;
  // deno-lint-ignore no-explicit-any -- read at the edge of the tool, checked where it is used
  body: any;
}

/** Longest wait for one answer of an operator's or a buyer's call outside the measurement. */
export const CALL_TIMEOUT_MS = 60_000;

/**
 * The few calls around a measurement. Each has a connection of its own, so that nothing is ever
 * sent twice and nothing stays open.
 */
export class JsonClient {
  constructor(
    readonly target: HttpTarget,
    readonly headers: Record<string, string> = {},
  ) {}

  /** One call. @throws when there is no answer in time. */
  async call(method: string, path: string, body?: unknown): Promise<JsonAnswer> {
    const socket = await HttpSocket.connect(this.target);
    try {
      const text = requestText(this.target, {
        method,
        path,
        headers: { ...this.headers, connection: "close" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const what = `${method} ${path} on ${this.target.host}`;
      const exchange = socket.exchange(new TextEncoder().encode(text), performance.now());
      const status = await withDeadline(exchange, CALL_TIMEOUT_MS, what);
      return { status, body: parsed(new TextDecoder().decode(socket.answer.body())) };
    } finally {
      socket.close();
    }
  }

  /** One call that must have this status. @throws with the answer's own words when it has not. */
  async expect(
    status: number,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<JsonAnswer["body"]> {
    const answer = await this.call(method, path, body);
    if (answer.status === status) return answer.body;
    const said = JSON.stringify(answer.body)?.slice(0, 500);
    throw new Error(
      `Cannot ${method} ${path} as the answer must be ${status}: ` +
        `current value is ${answer.status} ${said}`,
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

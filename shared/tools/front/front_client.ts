import { Buffer } from "node:buffer";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import type { NginxServer } from "../services/nginx_server.ts";

const ANSWER_TIMEOUT_MS = 30_000;

/** How to ask. */
export interface FrontRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** A loopback address to call from, say 127.0.0.2 or ::1; 127.0.0.1 when left out. */
  from?: string;
  /** Keeps the connection; without one every request makes its own. */
  agent?: https.Agent;
}

/** An answer, its body read whole and as it travelled. */
export interface FrontAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array;
  text: string;
}

/** Asks nginx over TLS and HTTP/1.1. @throws when there is no answer within half a minute. */
export function askFront(
  front: NginxServer,
  path: string,
  { method = "GET", headers = {}, body, from = "127.0.0.1", agent }: FrontRequest = {},
): Promise<FrontAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<FrontAnswer>();
  const request = https.request({
    host: from.includes(":") ? "::1" : "127.0.0.1",
    servername: "localhost",
    port: front.httpsPort,
    path,
    method,
    // With a content-length: nginx would read a chunked body as well, edges need not.
    headers: body === undefined ? headers : { "content-length": byteLength(body), ...headers },
    ca: front.certificate,
    localAddress: from,
    agent: agent ?? false,
    timeout: ANSWER_TIMEOUT_MS,
  }, (response) => {
    const chunks: Uint8Array[] = [];
    response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    response.on("error", reject);
    response.on("end", () => {
      const bytes = new Uint8Array(Buffer.concat(chunks));
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: bytes,
        text: new TextDecoder().decode(bytes),
      });
    });
  });
  request.on("error", reject);
  request.on("timeout", () => request.destroy(new Error(`no answer to ${method} ${path}`)));
  request.end(body);
  return promise;
}

function byteLength(text: string): string {
  return String(new TextEncoder().encode(text).length);
}

/** A TLS connection on which a test writes what it likes. */
export interface RawConnection {
  write(text: string): void;
  /** What has come back so far. */
  received(): string;
  /** Resolves when the other side has closed, with how long after the start that was, ms. */
  closed: Promise<number>;
  destroy(): void;
}

/** Connects to nginx and shakes hands. @throws when that fails. */
export async function connectRaw(front: NginxServer, from = "127.0.0.1"): Promise<RawConnection> {
  const startedAt = performance.now();
  const plain = net.connect({ host: "127.0.0.1", port: front.httpsPort, localAddress: from });
  const socket = tls.connect({ socket: plain, ca: front.certificate, servername: "localhost" });
  let text = "";
  socket.on("data", (chunk: Uint8Array) => text += new TextDecoder().decode(chunk));
  const closed = new Promise<number>((resolve) => {
    const end = () => resolve(performance.now() - startedAt);
    // A connection that nginx resets is closed as well.
    plain.on("error", end);
    socket.on("error", end);
    socket.on("close", end);
    socket.on("end", end);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("secureConnect", () => resolve());
    socket.once("error", reject);
    plain.once("error", reject);
  });
  return {
    write: (part) => socket.write(part),
    received: () => text,
    closed,
    destroy() {
      socket.destroy();
      plain.destroy();
    },
  };
}

/** Where requests go: an address that is already taken apart. */
export interface HttpTarget {
  hostname: string;
  port: number;
  tls: boolean;
  /** The value of the `Host` header. */
  host: string;
}

/** The target of an `http:` or `https:` URL; its path must be empty. @throws {TypeError} */
export function httpTarget(text: string): HttpTarget {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`Cannot use a URL as it must be absolute: current value is ${text}`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`Cannot use a URL as it must be http or https: current value is ${text}`);
  }
  if (url.pathname !== "/" || url.search !== "") {
    throw new TypeError(`Cannot use a URL as it must have no path: current value is ${text}`);
  }
  const tls = url.protocol === "https:";
  return {
    // An IPv6 address stands in brackets in a URL but not in a connect call.
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (tls ? 443 : 80) : Number(url.port),
    tls,
    host: url.host,
  };
}

/** What goes into a request besides its target. */
export interface RequestParts {
  method: string;
  path: string;
  /** Names in lower case; values without line breaks. */
  headers?: Record<string, string>;
  /** A JSON text. */
  body?: string;
}

/** A whole HTTP/1.1 request as text; ASCII, so that its length in bytes is its length. */
export function requestText(target: HttpTarget, parts: RequestParts): string {
  let text = `${parts.method} ${parts.path} HTTP/1.1\r\nhost: ${target.host}\r\n`;
  for (const [name, value] of Object.entries(parts.headers ?? {})) text += `${name}: ${value}\r\n`;
  if (parts.body === undefined) return `${text}\r\n`;
  const bytes = new TextEncoder().encode(parts.body).length;
  return `${text}content-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n${parts.body}`;
}

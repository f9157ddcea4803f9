import {
  ConfigurationError,
  type Environment,
  readOptional,
  readPort,
  readSecret,
  readSwitch,
  readText,
  readUrl,
  unusable,
} from "../shared/env.ts";

/** How the shop's own tokens are checked. Exactly one of a fixed key and a key set. */
export interface ShopTokens {
  key: { hs256Key: string } | { jwksUrl: string };
  issuer: string;
  audience: string;
}

/** What the edge needs to know, resolved and checked. */
export interface EdgeConfig {
  /** What origins expect in `dropgate-edge-key`. */
  edgeKey: string;
  sessionKey: string;
  /** Null when nobody's tokens are taken; then only the demo sign-in makes sessions. */
  shopTokens: ShopTokens | null;
  /** Turns on the demo sign-in. */
  demo: boolean;
  /** Origins of the shop's own pages that may call `/api` from a browser; at most 64. */
  shopOrigins: string[];
}

/** What the edge's own process needs besides. */
export interface EdgeProcessConfig extends EdgeConfig {
  port: number;
  host: string;
  /** Base URLs without a trailing slash; at least one and at most 64. */
  originUrls: string[];
}

/** Most entries of a comma-separated list. */
const MAX_LIST_ENTRIES = 64;

/** The edge's configuration. @throws {ConfigurationError} naming the variable, value and rule. */
export function readEdgeConfig(env: Environment): EdgeConfig {
  const demo = readSwitch(env, "DEMO", false);
  return {
    edgeKey: readSecret(env, "EDGE_KEY", demo),
    sessionKey: readSecret(env, "SESSION_KEY", demo),
    shopTokens: readShopTokens(env, demo),
    demo,
    shopOrigins: readShopOrigins(env),
  };
}

/** The configuration of an edge with its own process. @throws {ConfigurationError} */
export function readEdgeProcessConfig(env: Environment): EdgeProcessConfig {
  return {
    ...readEdgeConfig(env),
    port: readPort(env, "EDGE_PORT", 8000),
    host: readText(env, "HOST", "0.0.0.0"),
    originUrls: readOriginUrls(env),
  };
}

function readShopTokens(env: Environment, demo: boolean): ShopTokens | null {
  const jwksUrl = readUrl(env, "JWT_JWKS_URL", ["https", "http"]);
  const hasKey = readOptional(env, "JWT_HS256_KEY") !== undefined;
  if (jwksUrl && hasKey) {
    throw new ConfigurationError(
      "Cannot use JWT_HS256_KEY as tokens are checked in one way only: " +
        "current value of JWT_JWKS_URL is also set",
    );
  }
  if (!jwksUrl && !hasKey) {
    for (const name of ["JWT_ISSUER", "JWT_AUDIENCE"]) {
      const value = readOptional(env, name);
      if (value !== undefined) {
        unusable(name, value, "it needs JWT_JWKS_URL or JWT_HS256_KEY beside it");
      }
    }
    return null;
  }
  const key = jwksUrl
    ? { jwksUrl: jwksUrl.href }
    : { hs256Key: readSecret(env, "JWT_HS256_KEY", demo) };
  return { key, issuer: needed(env, "JWT_ISSUER"), audience: needed(env, "JWT_AUDIENCE") };
}

function needed(env: Environment, name: string): string {
  return readOptional(env, name) ??
    unusable(name, undefined, "the shop's tokens are checked against it");
}

function readShopOrigins(env: Environment): string[] {
  const rule = `it must be a comma-separated list of at most ${MAX_LIST_ENTRIES} origins ` +
    "such as https://shop.example";
  return readList(env, "SHOP_ORIGINS", rule, (text) => {
    const url = parseUrl(text);
    return url !== null && isHttp(url) && url.origin === text ? text : null;
  });
}

function readOriginUrls(env: Environment): string[] {
  const rule =
    `it must be a comma-separated list of at most ${MAX_LIST_ENTRIES} http(s) URLs without a path`;
  const urls = readList(env, "ORIGIN_URLS", rule, (text) => {
    const url = parseUrl(text);
    const bare = url !== null && isHttp(url) && url.pathname === "/" && !url.search && !url.hash &&
      !url.username && !url.password;
    return bare ? url.origin : null;
  });
  if (urls.length === 0) unusable("ORIGIN_URLS", readOptional(env, "ORIGIN_URLS"), rule);
  return urls;
}

/** Reads a list, each entry once; `accept` gives an entry's form, or null to refuse it. */
function readList(
  env: Environment,
  name: string,
  rule: string,
  accept: (text: string) => string | null,
): string[] {
  const value = readOptional(env, name);
  if (value === undefined) return [];
  const entries = new Set<string>();
  for (const text of value.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const entry = accept(text);
    if (entry === null) unusable(name, value, rule);
    entries.add(entry);
  }
  if (entries.size > MAX_LIST_ENTRIES) unusable(name, value, rule);
  return [...entries];
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function isHttp(url: URL): boolean {
  return url.protocol === "http:" || url.protocol === "https:";
}

import {
  type Environment,
  readOptional,
  readPort,
  readSecret,
  readSwitch,
  readText,
  unusable,
} from "../shared/env.ts";
import { type IpRange, parseCidr } from "../shared/ip.ts";
import { type LimitsSharing, readLimitsSharing } from "./limits/sharing_config.ts";
import { readShopTokens, type ShopTokens } from "./shop_tokens_config.ts";

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
  /** Proxies whose forwarding headers are believed; at most 64. */
  trustedProxies: IpRange[];
  /** Null when this edge counts for itself. */
  limitsSharing: LimitsSharing | null;
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
    trustedProxies: readTrustedProxies(env),
    limitsSharing: readLimitsSharing(env),
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

function readShopOrigins(env: Environment): string[] {
  const rule = `it must be a comma-separated list of at most ${MAX_LIST_ENTRIES} origins ` +
    "such as https://shop.example";
  return readList(env, "SHOP_ORIGINS", rule, (text) => {
    const url = parseUrl(text);
    return url !== null && isHttp(url) && url.origin === text ? text : null;
  });
}

/** A range of all addresses would let every client write its own address. */
function readTrustedProxies(env: Environment): IpRange[] {
  const rule = `it must be a comma-separated list of at most ${MAX_LIST_ENTRIES} addresses and ` +
    "CIDR ranges, none of them of all addresses";
  const texts = readList(env, "TRUSTED_PROXIES", rule, (text) => {
    const range = parseCidr(text);
    return range === null || range.prefix === 0 ? null : range.text;
  });
  return texts.map((text) => parseCidr(text)!);
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

import { type Environment, readOptional, readSecret, readUrl, unusable } from "../../shared/env.ts";

/** Most keys at once: the old and the new one of a rotation. */
const MAX_KEYS = 2;

/** Longest address that is taken. */
const MAX_URL_LENGTH = 1_000;

/** Where the shop wants to hear what happens to orders, and how it knows that we tell it. */
export interface ShopWebhook {
  url: string;
  /** Each signs every delivery; two during a rotation. */
  keys: readonly string[];
}

/** The shop's webhook, or null when there is none. @throws {ConfigurationError} */
export function readShopWebhook(env: Environment, demo: boolean): ShopWebhook | null {
  const url = readUrl(env, "SHOP_WEBHOOK_URL", ["https", "http"]);
  if (url === undefined) return null;
  if (url.hostname === "" || url.href.length > MAX_URL_LENGTH) {
    const rule = `it must name a host and have at most ${MAX_URL_LENGTH} characters`;
    unusable("SHOP_WEBHOOK_URL", `${url.protocol}//${url.hostname}`, rule);
  }
  if (url.username !== "" || url.password !== "") {
    const rule = "it must not carry a user or a password: deliveries are signed instead";
    unusable("SHOP_WEBHOOK_URL", `${url.protocol}//***@${url.host}`, rule);
  }
  url.hash = "";
  return { url: url.href, keys: readKeys(env, demo) };
}

/** The keys, each held to the rules of secrets. */
function readKeys(env: Environment, demo: boolean): string[] {
  const name = "SHOP_WEBHOOK_KEY";
  const value = readOptional(env, "SHOP_WEBHOOK_KEY");
  if (value === undefined) return unusable(name, undefined, "SHOP_WEBHOOK_URL needs it");
  const keys = value.split(",").map((key) => key.trim());
  if (keys.length > MAX_KEYS || keys.includes("")) {
    unusable(name, `${keys.length} keys`, "it must be one secret, or two separated by a comma");
  }
  return keys.map((key) => readSecret({ [name]: key }, name, demo));
}

/** The address as operators see it: a query may hold a secret of the shop's. */
export function shownUrl({ url }: ShopWebhook): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === "" ? "" : "?…"}`.slice(0, 500);
}

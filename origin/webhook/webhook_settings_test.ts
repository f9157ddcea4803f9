import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError } from "../../shared/env.ts";
import { deliveryPauseMs, LONGEST_DELIVERY_PAUSE_MS, MAX_DELIVERY_TRIES } from "./webhook_book.ts";
import { readShopWebhook, shownUrl } from "./webhook_settings.ts";

const KEY = "a-long-key-0123456789";

Deno.test("readShopWebhook() takes an address with one key, or two during a rotation", () => {
  assertEquals(readShopWebhook({}, false), null);
  assertEquals(readShopWebhook({ SHOP_WEBHOOK_URL: "", SHOP_WEBHOOK_KEY: "" }, false), null);
  const env = { SHOP_WEBHOOK_URL: "https://shop.example:8443/hooks?x=1#part" };
  assertEquals(readShopWebhook({ ...env, SHOP_WEBHOOK_KEY: `${KEY}, ${KEY}2` }, false), {
    url: "https://shop.example:8443/hooks?x=1",
    keys: [KEY, `${KEY}2`],
  });
  const webhook = readShopWebhook({ ...env, SHOP_WEBHOOK_KEY: KEY }, false)!;
  assertEquals(shownUrl(webhook), "https://shop.example:8443/hooks?…");
});

Deno.test("readShopWebhook() ends the start with one line for what it cannot use", () => {
  const url = "https://shop.example/hooks";
  const cases: [Record<string, string>, string][] = [
    [{ SHOP_WEBHOOK_URL: "ftp://shop.example" }, "scheme https or http"],
    [{ SHOP_WEBHOOK_URL: "shop.example" }, "scheme https or http"],
    [{ SHOP_WEBHOOK_URL: "https://user:hidden@shop.example/" }, "user or a password"],
    [{ SHOP_WEBHOOK_URL: `${url}/${"x".repeat(1_000)}` }, "at most 1000 characters"],
    [{ SHOP_WEBHOOK_URL: url }, "SHOP_WEBHOOK_URL needs it"],
    [{ SHOP_WEBHOOK_URL: url, SHOP_WEBHOOK_KEY: "short" }, "at least 16 characters"],
    [{ SHOP_WEBHOOK_URL: url, SHOP_WEBHOOK_KEY: `${KEY},` }, "two separated by a comma"],
    [{ SHOP_WEBHOOK_URL: url, SHOP_WEBHOOK_KEY: `${KEY},${KEY},${KEY}` }, "2"],
  ];
  for (const [env, text] of cases.slice(0, -1)) {
    const error = assertThrows(() => readShopWebhook(env, false), ConfigurationError, text);
    assert(!/hidden|\n/.test(error.message), error.message);
  }
  assertThrows(() => readShopWebhook(cases.at(-1)![0], false), ConfigurationError, "3 keys");
});

Deno.test("deliveryPauseMs() doubles from a second to five minutes, with chance below it", () => {
  const full = Array.from({ length: MAX_DELIVERY_TRIES }, (_, at) => deliveryPauseMs(at + 1, 0));
  assertEquals(full.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
  assertEquals(full.at(-1), LONGEST_DELIVERY_PAUSE_MS);
  for (let tries = 1; tries <= MAX_DELIVERY_TRIES; tries += 1) {
    const least = deliveryPauseMs(tries, 1);
    assert(least >= 1_000 && least >= full[tries - 1]! * 0.66 && least <= full[tries - 1]!);
  }
});

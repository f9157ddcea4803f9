import { assertEquals, assertThrows } from "@std/assert";
import { ConfigurationError, type Environment } from "../../shared/env.ts";
import { GATEWAYS, openGateway, type PaymentSettings } from "./gateways.ts";
import { GatewayUnavailable } from "./payment_gateway.ts";
import { readPaymentSettings } from "./payment_settings.ts";

const KEYS: [string, string] = ["0123456789abcdef-new", "0123456789abcdef-old"];

const NOTHING: PaymentSettings = {
  gateway: "none",
  webhookKeys: [],
  providerUrl: null,
  providerKey: null,
};

function refusal(env: Environment, demo = false): string {
  const error = assertThrows(() => readPaymentSettings(env, demo), ConfigurationError);
  assertEquals(error.message.split("\n").length, 1);
  return error.message;
}

Deno.test("readPaymentSettings() chooses the sandbox with DEMO and none without", () => {
  assertEquals(readPaymentSettings({}, false), NOTHING);
  assertEquals(readPaymentSettings({}, true).gateway, "sandbox");
  assertEquals(readPaymentSettings({ PAYMENT_GATEWAY: "none" }, true).gateway, "none");
});

Deno.test("readPaymentSettings() names the gateways that exist", () => {
  for (const name of ["paypal", "constructor", "Sandbox", " "]) {
    const message = refusal({ PAYMENT_GATEWAY: name });
    assertEquals(
      message,
      `Cannot use PAYMENT_GATEWAY as it must be one of none, sandbox: current value is ` +
        JSON.stringify(name),
    );
  }
  assertEquals(
    refusal({ PAYMENT_GATEWAY: "sandbox" }),
    'Cannot use PAYMENT_GATEWAY as it takes no real money and needs DEMO=1: current value is "sandbox"',
  );
});

Deno.test("readPaymentSettings() takes one webhook key or two, each by the rules of secrets", () => {
  const keysOf = (text: string, demo = false) =>
    readPaymentSettings({ PAYMENT_WEBHOOK_KEY: text }, demo).webhookKeys;
  assertEquals(keysOf(KEYS[0]), [KEYS[0]]);
  assertEquals(keysOf(KEYS.join(", ")), KEYS);
  assertEquals(keysOf("a,b", true), ["a", "b"]);
  const bad = ["short", `${KEYS[0]},short`, "changeme-changeme-changeme", `${KEYS[0]},`, ",,"];
  for (const text of [...bad, [...KEYS, KEYS[0]].join(",")]) {
    const message = refusal({ PAYMENT_WEBHOOK_KEY: text });
    assertEquals([message.includes("PAYMENT_WEBHOOK_KEY"), message.includes(KEYS[0])], [
      true,
      false,
    ]);
  }
});

Deno.test("readPaymentSettings() reads what a provider needs", () => {
  const env = {
    PAYMENT_PROVIDER_URL: "https://pay.example/v1",
    PAYMENT_PROVIDER_KEY: "0123456789abcdef-key",
  };
  const { providerUrl, providerKey } = readPaymentSettings(env, false);
  assertEquals([providerUrl, providerKey], ["https://pay.example/v1", env.PAYMENT_PROVIDER_KEY]);
  refusal({ PAYMENT_PROVIDER_URL: "ftp://x" });
  refusal({ PAYMENT_PROVIDER_KEY: "short" });
});

Deno.test("openGateway() opens every gateway and no other", () => {
  for (const gateway of Object.keys(GATEWAYS)) openGateway({ ...NOTHING, gateway });
  for (const gateway of ["x", "toString"]) {
    assertThrows(() => openGateway({ ...NOTHING, gateway }), RangeError, "none, sandbox");
  }
});

Deno.test("every gateway says in words that it cannot be used as it is set up", async () => {
  const order = { ticket: "t", amount: 1, currency: "EUR", returnUrl: "http://h/" };
  const { signal } = new AbortController();
  for (const gateway of Object.keys(GATEWAYS)) {
    const opened = openGateway({ ...NOTHING, gateway });
    const raw = { body: new Uint8Array(), headers: new Headers() };
    const tries = [
      opened.createPayment(order, signal),
      opened.verifyNotification(raw, 0),
      ...(opened.givesBack
        ? []
        : [opened.refund({ ...order, paymentId: "", refundKey: "" }, signal)]),
    ];
    for (const end of await Promise.allSettled(tries)) {
      assertEquals(end.status === "rejected" && end.reason instanceof GatewayUnavailable, true);
    }
  }
});

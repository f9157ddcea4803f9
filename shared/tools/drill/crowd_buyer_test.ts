import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { CrowdBuyer, type CrowdParts, isDecision } from "./crowd_buyer.ts";
import type { BuyerRequest, CrowdCaller, Heard, LineHead } from "./crowd_call.ts";
import type { CrowdPlan } from "./crowd_plan.ts";
import type { RecordLine } from "./crowd_record.ts";

const PLAN: CrowdPlan = {
  edgeUrl: "",
  saleId: 3,
  productId: 4,
  price: 2_500,
  currency: "EUR",
  webhookKey: "secret",
  seed: 1,
  buyers: 1,
  buyersPerSecond: 1,
  paying: 0,
  cancelling: 0,
  repeating: 0,
  tryingAgain: 0,
  recordFile: "",
  patienceMs: 60_000,
  finishMs: 1_000,
};

type Sent = LineHead & { request: BuyerRequest };

/** Lets one buyer run against made-up answers; what is not answered is refused as `busy`. */
async function runBuyer(
  plan: Partial<CrowdPlan>,
  answers: Partial<Record<RecordLine["kind"], Partial<Heard>[]>>,
  maxPauses = 20,
) {
  const sent: Sent[] = [];
  const pauses: number[] = [];
  const gaveUp: RecordLine[] = [];
  const left = { login: [{ status: 200, token: "t" }], ...answers };
  const caller = {
    record: { add: (line: RecordLine) => void gaveUp.push(line) },
    call: (head: LineHead, request: BuyerRequest): Promise<Heard> => {
      sent.push({ ...head, request });
      const next = left[head.kind]?.shift() ?? { status: 503, code: "busy" };
      return Promise.resolve({ status: 200, code: "", retryAfterMs: 0, ...next });
    },
  } as unknown as CrowdCaller;
  const parts: CrowdParts = {
    plan: { ...PLAN, ...plan },
    caller,
    random: () => 0.5,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    isOver: () => pauses.length >= maxPauses,
  };
  await new CrowdBuyer(parts, "u1").run();
  return { sent, pauses, gaveUp };
}

const RESERVED = { status: 201, code: "reserved", ticket: "3-4-u1-1000000001" };

Deno.test("CrowdBuyer tries again with the same key until there is a decision", async () => {
  const { sent, pauses, gaveUp } = await runBuyer({}, {
    buy: [
      { status: 0, code: "TypeError" },
      { status: 503, code: "paused", retryAfterMs: 2_000 },
      { status: 503, code: "unavailable" },
      { status: 409, code: "sold_out" },
    ],
  });
  const buys = sent.filter(({ kind }) => kind === "buy");
  assertEquals(buys.length, 4);
  assertEquals(new Set(buys.map(({ request }) => request.headers?.["idempotency-key"])).size, 1);
  assertEquals(pauses.slice(0, 2), [650, 2_000]);
  assert(pauses[2]! > 650, "pauses grow");
  assertEquals(gaveUp, []);
});

Deno.test("CrowdBuyer writes down that it gave up", async () => {
  const { gaveUp } = await runBuyer({}, {}, 5);
  assertEquals(gaveUp.map(({ kind, user }) => [kind, user]), [["gave_up", "u1"]]);
});

Deno.test("CrowdBuyer pays with a signed notification, and some tell it twice", async () => {
  const { sent } = await runBuyer({ paying: 1 }, {
    buy: [RESERVED],
    pay: [{ status: 503, code: "unavailable" }, { status: 200 }],
    poll: [{ status: 200, code: "paid" }],
  });
  const [first, second, ...more] = sent.filter(({ kind }) => kind === "pay");
  assertEquals(more, []);
  assertEquals(first?.eventId, second?.eventId);
  const { text = "", headers } = first!.request;
  assertEquals(JSON.parse(text), {
    type: "payment.succeeded",
    eventId: "ev-3-4-u1-1000000001",
    paymentId: "pay-3-4-u1-1000000001",
    ticket: "3-4-u1-1000000001",
    amount: 2_500,
    currency: "EUR",
  });
  const [, time, mac] = /^t=(\d+),v1=(\w+)$/.exec(headers?.["dropgate-signature"] ?? "") ?? [];
  assertEquals(mac, createHmac("sha256", "secret").update(`${time}.${text}`).digest("hex"));
});

Deno.test("CrowdBuyer cancels, repeats its key and tries another as the plan says", async () => {
  const { sent } = await runBuyer({ cancelling: 1, repeating: 1, tryingAgain: 1 }, {
    buy: [RESERVED],
    repeat: [{ ...RESERVED, status: 200 }],
    other_key: [{ status: 409, code: "already_bought" }],
    cancel: [{ status: 200, code: "cancelled" }],
  });
  assertEquals(sent.map(({ kind, key }) => `${kind} ${key ?? ""}`.trim()), [
    "login",
    "buy k-u1",
    "repeat k-u1",
    "other_key k-u1-again",
    "cancel",
  ]);
});

Deno.test("CrowdBuyer follows a ticket on its way to its end", async () => {
  const { sent } = await runBuyer({ paying: 1 }, {
    buy: [{ ...RESERVED, status: 202, code: "processing" }],
    poll: [{ status: 200, code: "processing" }, { status: 200, code: "refused" }],
  });
  assertEquals(sent.map(({ kind }) => kind), ["login", "buy", "poll", "poll"]);
});

Deno.test("isDecision() takes for decisions what asking again would not change", () => {
  const decided = [[201, "reserved"], [202, "processing"], [409, "sold_out"], [410, "ended"]];
  const open = [[0, "TypeError"], [503, "busy"], [502, ""], [429, "rate_limited"]];
  for (const [status, code] of decided) {
    assert(isDecision({ status: Number(status), code: String(code) }), String(code));
  }
  for (const [status, code] of open) {
    assert(!isDecision({ status: Number(status), code: String(code) }), String(code));
  }
});

import { assert, assertEquals } from "@std/assert";
import type { BundleSummary, BundleTicket } from "./bundle_records.ts";
import { fingerprintOf } from "./proof_key.ts";
import { check, sampleBundle, type SampleOptions, sampleSigner } from "./testing/sample_bundle.ts";
import { faultOfLink } from "./verify_bundle.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

Deno.test("verifyBundle() takes a bundle that is whole and adds up", async () => {
  const shapes: SampleOptions[] = [
    {},
    { tickets: 0 },
    { tickets: 1 },
    { items: 3, tickets: 20 },
    { stock: -1 },
    { full: true },
  ];
  for (const options of shapes) {
    const { bytes, head, publicKey } = await sampleBundle(options);
    const report = await check(bytes);
    assertEquals([report.verdict, report.reason], ["intact", null]);
    assertEquals([report.head, report.fingerprint], [head, fingerprintOf(publicKey)]);
    assertEquals(report.tickets, (options.tickets ?? 10) * (options.items ?? 1));
    assertEquals(report.findings, []);
  }
});

Deno.test("a bundle is JSON that any program reads", async () => {
  const { bytes, head } = await sampleBundle({ items: 2, tickets: 5 });
  const parsed = JSON.parse(decoder.decode(bytes));
  assertEquals([parsed.format, parsed.version, parsed.head], ["dropgate-proof", 1, head]);
  assertEquals([parsed.items.length, parsed.tickets.length], [2, 10]);
  assertEquals(Object.keys(parsed).at(-1), "signature");
});

Deno.test("verifyBundle() reads files in chunks of any size", async () => {
  const { bytes } = await sampleBundle({ tickets: 30 });
  for (const chunkBytes of [1, 7, 64, 100_000]) {
    assertEquals((await check(bytes, {}, chunkBytes)).verdict, "intact");
  }
});

Deno.test("verifyBundle() holds the signer against the keys that are given", async () => {
  const { bytes, publicKey } = await sampleBundle();
  const other = (await sampleSigner(2)).publicKey;
  const verdict = async (keys: string[]) => (await check(bytes, { keys })).verdict;
  assertEquals(await verdict([publicKey]), "intact");
  assertEquals(await verdict([fingerprintOf(publicKey)]), "intact");
  assertEquals(await verdict([other, publicKey]), "intact");
  assertEquals(await verdict([other]), "other_key");
  assertEquals(await verdict([]), "other_key");
  const rebuilt = await sampleBundle({ signer: await sampleSigner(2) });
  assertEquals((await check(rebuilt.bytes)).verdict, "intact");
  assertEquals((await check(rebuilt.bytes, { keys: [publicKey] })).verdict, "other_key");
});

Deno.test("verifyBundle() notices what is cut, put in, moved or mixed", async () => {
  const { bytes } = await sampleBundle({ tickets: 12, items: 2 });
  const other = await sampleBundle({ tickets: 12, items: 2, bundle: 2 });
  const lines = decoder.decode(bytes).split(/(?<=\n)/);
  const others = decoder.decode(other.bytes).split(/(?<=\n)/);
  let noticed = 0;
  const isNoticed = async (text: string, what: string) => {
    const { verdict } = await check(encoder.encode(text));
    assert(verdict === "changed", `${what}: ${verdict}`);
    noticed += 1;
  };
  for (const [at, line] of lines.entries()) {
    const without = [...lines.slice(0, at), ...lines.slice(at + 1)];
    await isNoticed(without.join(""), `without line ${at + 1}`);
    await isNoticed([...lines.slice(0, at), line, ...lines.slice(at)].join(""), `${at + 1} twice`);
    await isNoticed(lines.slice(0, at).join(""), `cut off before line ${at + 1}`);
    const next = lines[at + 1];
    if (next !== undefined && next !== line) {
      const swapped = lines.with(at, next).with(at + 1, line);
      await isNoticed(swapped.join(""), `lines ${at + 1} and ${at + 2} swapped`);
    }
    if (others[at] !== line) {
      await isNoticed(lines.with(at, others[at]!).join(""), `line ${at + 1} of another`);
    }
    const mixed = [...lines.slice(0, at), ...others.slice(at)].join("");
    if (mixed !== others.join("")) await isNoticed(mixed, `another from line ${at + 1}`);
  }
  for (const more of ["\n", " ", "{}", "\r\n", "\0"]) {
    await isNoticed(lines.join("") + more, `${JSON.stringify(more)} behind the end`);
    await isNoticed(more + lines.join(""), `${JSON.stringify(more)} in front`);
  }
  await isNoticed(lines.join("").replaceAll("\n", "\r\n"), "carriage returns");
  await isNoticed(`\ufeff${lines.join("")}`, "a byte order mark");
  await isNoticed(lines.join("").trimEnd(), "without the last line feed");
  await isNoticed(JSON.stringify(JSON.parse(lines.join(""))), "written anew");
  await isNoticed("", "an empty file");
  console.log(`${noticed} of ${noticed} cuts, insertions, swaps and mixtures were noticed`);
});

/** Lies that are signed like the truth. */
const LIES: Record<string, NonNullable<SampleOptions["change"]>> = {
  "an order less": ({ tickets }) => void tickets.pop(),
  "an order more": ({ tickets }) => {
    const last = tickets.at(-1)!;
    tickets.push({ ...last, seq: last.seq + 1, buyer: "0".repeat(24) });
  },
  "a ticket twice": ({ tickets }) => void tickets.splice(3, 0, tickets[3]!),
  "tickets out of their order": ({ tickets }) => void tickets.reverse(),
  "a status": ({ tickets }) => setTicket(tickets, { status: "refunded" }),
  "a quantity": ({ tickets }) => setTicket(tickets, { quantity: 2 }),
  "a price": ({ tickets }) => setTicket(tickets, { amount: 1 }),
  "a life that never was": ({ tickets }) => {
    const last = tickets.at(-1)!;
    last.seq = 9_000_000_001;
  },
  "a number of no life": ({ tickets }) => setTicket(tickets, { seq: 5 }),
  "a product of another sale": ({ tickets }) => setTicket(tickets, { product: 99 }),
  "two live orders of one buyer": ({ tickets }) => {
    tickets[1]!.buyer = tickets[0]!.buyer;
  },
  "a quantity above the limit": ({ tickets, summary }) => {
    Object.assign(tickets[0]!, { quantity: 3, amount: 29_700 });
    for (const totals of [summary.itemTotals[0]!, summary.totals]) {
      totals.paid += 2;
      totals.remaining -= 2;
    }
  },
  "pieces that are nowhere": ({ summary }) => change(summary, { remaining: -1 }),
  "pieces that never were": ({ summary }) => change(summary, { remaining: 1 }),
  "more sold than there were": ({ header, summary }) => {
    header.items[0]!.stock = 5;
    summary.itemTotals[0]!.stock = 5;
    summary.itemTotals[0]!.remaining = 0;
    Object.assign(summary.totals, { stock: 5, remaining: 0 });
  },
  "a stock of its own in the totals": ({ header }) => {
    header.items[0]!.stock += 1;
  },
  "a sum that is no sum": ({ summary }) => {
    summary.totals.refunded += 1;
  },
  "faults that are none": ({ summary }) => {
    summary.totals.violationCount = 1;
  },
  "stock that is unlimited and left": ({ header, summary }) => {
    header.items[0]!.stock = -1;
    summary.itemTotals[0]!.stock = -1;
    summary.totals.stock = -1;
  },
  "a standstill that was none": ({ summary }) => {
    summary.totals.moving = true;
  },
  "an item less": ({ summary }) => void summary.itemTotals.pop(),
};

function setTicket(tickets: BundleTicket[], changes: Partial<BundleTicket>): void {
  Object.assign(tickets[0]!, changes);
}

function change({ itemTotals, totals }: BundleSummary, { remaining }: { remaining: number }): void {
  itemTotals[0]!.remaining += remaining;
  totals.remaining += remaining;
}

Deno.test("verifyBundle() notices what is signed and false", async () => {
  for (const [what, lie] of Object.entries(LIES)) {
    const { bytes, publicKey } = await sampleBundle({ change: lie });
    const report = await check(bytes, { keys: [publicKey] });
    assertEquals(report.verdict, "false", what);
    assert(report.reason !== null, what);
  }
  console.log(`${Object.keys(LIES).length} signed lies were noticed`);
});

Deno.test("verifyBundle() believes a bundle that tells its own faults", async () => {
  const { bytes } = await sampleBundle({
    change({ summary }) {
      change(summary, { remaining: -1 });
      summary.violations.push({ invariant: "I1", product: 11, seq: null });
      Object.assign(summary.totals, { ok: false, violationCount: 1 });
    },
  });
  const report = await check(bytes);
  assertEquals([report.verdict, report.findingCount], ["intact", 1]);
  assertEquals(report.findings[0]?.invariant, "I1");
});

Deno.test("verifyBundle() holds an item that moved to what is true at every moment", async () => {
  const { bytes } = await sampleBundle({
    change({ summary }) {
      change(summary, { remaining: -1 });
      summary.itemTotals[0]!.moving = true;
      summary.totals.moving = true;
    },
  });
  assertEquals((await check(bytes)).verdict, "intact");
});

/** Says that every item sold while it was counted. */
function pretendToMove({ itemTotals, totals }: BundleSummary): void {
  for (const one of itemTotals) one.moving = true;
  totals.moving = true;
}

Deno.test("verifyBundle() takes no last bundle that says that the sale was moving", async () => {
  const { bytes } = await sampleBundle({
    change({ header, summary }) {
      header.made.final = true;
      pretendToMove(summary);
    },
  });
  const report = await check(bytes);
  assertEquals(report.verdict, "false");
  assert(report.reason?.includes("moving"), report.reason ?? "");
});

Deno.test("verifyBundle() counts what was sold before a bundle was begun, moving or not", async () => {
  const oversold = (recordedAt: string) =>
    sampleBundle({
      change({ header, tickets, summary }) {
        for (const ticket of tickets) ticket.recordedAt = recordedAt;
        header.items[0]!.stock = 5;
        summary.itemTotals[0]!.stock = 5;
        summary.totals.stock = 5;
        pretendToMove(summary);
      },
    });
  const before = await check((await oversold("2026-06-01T09:58:59.999Z")).bytes);
  assertEquals([before.verdict, before.findings[0]?.invariant], ["false", "I2"]);
  // What came meanwhile may have been sold again: a line that was read before is no longer so.
  const meanwhile = await check((await oversold("2026-06-01T10:00:01.000Z")).bytes);
  assertEquals([meanwhile.verdict, meanwhile.findings], ["intact", []]);
});

Deno.test("verifyBundle() holds names of a full bundle against their references", async () => {
  const { bytes } = await sampleBundle({
    full: true,
    change: ({ tickets }) => setTicket(tickets, { user: "somebody-else" }),
  });
  assertEquals((await check(bytes)).verdict, "false");
});

Deno.test("verifyBundle() finds second orders in as many passes as a file needs", async () => {
  const { bytes } = await sampleBundle({
    tickets: 200,
    change: ({ tickets }) => {
      tickets[150]!.buyer = tickets[1]!.buyer;
    },
  });
  const passes = 3;
  const seen = new Set<number>();
  const report = await check(bytes, {
    // As if the file were as long as that many passes take.
    bytes: passes * 512 * 1024 * 1024,
    onProgress: (_, pass) => seen.add(pass),
  });
  assertEquals([report.verdict, report.findingCount], ["false", 1]);
});

Deno.test("faultOfLink() follows heads from proof to proof", async () => {
  const first = await sampleBundle();
  const second = await sampleBundle({ bundle: 2, previousHead: first.head });
  const [a, b] = [await check(first.bytes), await check(second.bytes)];
  assertEquals(faultOfLink(b, a), null);
  const again = await sampleBundle({ bundle: 3 });
  const skipping = await sampleBundle({ bundle: 4, previousHead: again.head });
  assert(faultOfLink(await check(again.bytes), a)?.includes("first"));
  assert(faultOfLink(await check(skipping.bytes), a)?.includes(again.head));
  const elsewhere = await sampleBundle({ change: ({ header }) => void (header.sale.saleId = 8) });
  assert(faultOfLink(b, await check(elsewhere.bytes))?.includes("sales 8 and 7"));
});

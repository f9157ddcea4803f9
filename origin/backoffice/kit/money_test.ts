import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { amountText, CURRENCIES, formatMoney, minorDigits, readAmount } from "./money.ts";

const amount = (text: string, currency: string) => {
  const read = readAmount(text, currency);
  return read.kind === "amount" ? read.amount : read.message;
};

Deno.test("readAmount() takes amounts as people write them", () => {
  const cases: [string, string, number][] = [
    ["12.50", "EUR", 1_250],
    ["12,50", "EUR", 1_250],
    ["12.5", "EUR", 1_250],
    ["12", "EUR", 1_200],
    ["12.", "EUR", 1_200],
    [" 1,299.00 ", "USD", 129_900],
    ["1 299.5", "EUR", 129_950],
    ["1’299.50", "CHF", 129_950],
    ["1,234,567", "USD", 123_456_700],
    ["1,299", "EUR", 129_900],
    ["0", "EUR", 0],
    ["0.07", "EUR", 7],
    ["1.005", "KWD", 1_005],
    ["1,500", "JPY", 1_500],
    ["10000000000.00", "EUR", 1_000_000_000_000],
  ];
  for (const [text, currency, minor] of cases) {
    assertEquals(amount(text, currency), minor, `${text} ${currency}`);
  }
});

Deno.test("readAmount() refuses what is none, or could be two", () => {
  const cases: [string, string, RegExp][] = [
    ["", "EUR", /Enter an amount, for example 12[.]50/],
    ["abc", "EUR", /in digits only/],
    ["-1", "EUR", /in digits only/],
    ["1e3", "EUR", /in digits only/],
    ["0x10", "EUR", /in digits only/],
    ["12.345", "EUR", /at most 2 digits/],
    ["12.5", "JPY", /no digits behind/],
    ["1,2345", "EUR", /in digits only/],
    ["12,34,567", "EUR", /in digits only/],
    // A dinar has 1,000 fils.
    ["1,299", "KWD", /in digits only/],
    ["10000000000.01", "EUR", /too high/],
    ["9".repeat(400), "EUR", /too high/],
  ];
  for (const [text, currency, said] of cases) {
    assert(said.test(String(amount(text, currency))), `${text}: ${amount(text, currency)}`);
  }
});

Deno.test("amountText() and readAmount() undo each other, exactly, in every currency", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000_000_000 }),
      fc.constantFrom(...CURRENCIES),
      (minor, currency) => amount(amountText(minor, currency), currency) === minor,
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("formatMoney() is exact, and says an unknown currency as it is", () => {
  assertEquals(formatMoney(1_250, "EUR"), "€12.50");
  assertEquals(formatMoney(1_500, "JPY"), "¥1,500");
  assertEquals(formatMoney(-705, "USD"), "-$7.05");
  assertEquals(formatMoney(9_007_199_254_740_991, "EUR"), "€90,071,992,547,409.91");
  assertEquals(formatMoney(1_250, "nonsense"), "1250 nonsense");
  assertEquals(minorDigits("nonsense"), 2);
});

import { assert, assertEquals } from "@std/assert";
import { PROBLEMS } from "../../shared/problem.ts";
import { WORDS as EN_SCRIPTS } from "../../static/words_en.js";
import { WORDS as ZH_SCRIPTS } from "../../static/words_zh.js";
import { PAGE_WORDS } from "./language.ts";

/** Every text of a table by its place in it: `refusals.busy.title`, functions with their inputs. */
function placesOf(words: object, place = ""): Map<string, unknown> {
  const places = new Map<string, unknown>();
  for (const [name, value] of Object.entries(words)) {
    const here = `${place}${name}`;
    if (typeof value === "object" && value !== null) {
      for (const [inner, text] of placesOf(value, `${here}.`)) places.set(inner, text);
    } else {
      places.set(typeof value === "function" ? `${here}(${value.length})` : here, value);
    }
  }
  return places;
}

const HAS_HAN = /\p{Script=Han}/u;

const TABLES: [string, object, object][] = [
  ["pages", PAGE_WORDS.en, PAGE_WORDS.zh],
  ["scripts", EN_SCRIPTS, ZH_SCRIPTS],
];

for (const [name, en, zh] of TABLES) {
  Deno.test(`the words of ${name} are complete in both languages`, () => {
    assertEquals([...placesOf(zh).keys()].sort(), [...placesOf(en).keys()].sort());
  });

  Deno.test(`the words of ${name} are in the language that they should be in`, () => {
    const english = new Set(["locale", "otherLanguage"]);
    for (const [place, text] of placesOf(en)) {
      if (english.has(place) || typeof text !== "string") continue;
      assertEquals(HAS_HAN.test(text), false, place);
    }
    const codes = new Set(["locale", "otherLanguage", "betweenSentences", "orders.states"]);
    for (const [place, text] of placesOf(zh)) {
      if (codes.has(place) || place.endsWith(".tone")) continue;
      const spoken = typeof text === "function" ? text("7", "8", "9") : text;
      assert(HAS_HAN.test(String(spoken)) || place.includes("sum("), `${place}: ${spoken}`);
    }
  });
}

Deno.test("every refusal of the API has words in both languages", () => {
  for (const words of [EN_SCRIPTS, ZH_SCRIPTS]) {
    const codes = Object.keys(words.refusals).filter((code) => code !== "other").sort();
    assertEquals(codes, Object.keys(PROBLEMS).sort());
    for (const { title, text } of Object.values(words.refusals)) assert(title && text);
  }
});

Deno.test("every status of an order has words in both languages", () => {
  const statuses = Object.keys(PAGE_WORDS.en.sandbox.status).sort();
  for (const words of [EN_SCRIPTS, ZH_SCRIPTS]) {
    assertEquals([...Object.keys(words.orders.states), "unpaid"].sort(), statuses);
  }
});

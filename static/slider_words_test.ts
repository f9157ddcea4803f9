import { assert, assertEquals } from "@std/assert";
import { fill, sliderWords } from "./slider_words.js";

Deno.test("sliderWords() speaks Chinese on Chinese pages and English on all others", () => {
  assertEquals(sliderWords("zh-CN").refresh, "换一张");
  assertEquals(sliderWords("zh").refresh, "换一张");
  for (const language of ["en", "de", "", undefined, "zha"]) {
    assertEquals(sliderWords(language).refresh, "New puzzle");
  }
});

Deno.test("sliderWords() has every text in both languages, with the same values", () => {
  const english: Record<string, string> = sliderWords("en");
  const chinese: Record<string, string> = sliderWords("zh");
  assertEquals(Object.keys(chinese), Object.keys(english));
  const valuesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [name, text] of Object.entries(english)) {
    assert(text !== "" && chinese[name] !== "", name);
    assertEquals(valuesOf(chinese[name]!), valuesOf(text), name);
  }
});

Deno.test("fill() puts values in and leaves what it does not know", () => {
  assertEquals(fill("{n} of {most}, {rest}", { n: 0, most: 5 }), "0 of 5, {rest}");
});

import { assertEquals } from "@std/assert";

const OWN = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The page's script, run once with such cookies; returns the cookies that it set. */
async function run(cookies: string, mark: string): Promise<string[]> {
  const set: string[] = [];
  const document = {
    get cookie() {
      return cookies;
    },
    set cookie(text: string) {
      set.push(text);
    },
    documentElement: { dataset: {} },
    addEventListener() {},
  };
  const page = globalThis as Record<string, unknown>;
  Object.assign(page, { document });
  try {
    await import(`../../static/admin/frame.js?${mark}`);
  } finally {
    delete page.document;
  }
  return set;
}

Deno.test("the script of every page reads its own two cookies, whatever the others hold", async () => {
  const page = globalThis as { location?: unknown };
  const { location } = page;
  Object.defineProperty(page, "location", { value: { protocol: "http:" }, configurable: true });
  try {
    const zone = `dropgate_admin_zone=${encodeURIComponent(OWN)}`;
    assertEquals((await run("shop=100%; other=%E0%A4%A", "others")).length, 1);
    assertEquals((await run(`a=%; ${zone}`, "known")).length, 0);
    assertEquals((await run("dropgate_admin_zone=%", "malformed")).length, 1);
    assertEquals((await run("dropgate_admin_zone_chosen=1; a=%", "chosen")).length, 0);
    assertEquals((await run("x_dropgate_admin_zone_chosen=1", "foreign")).length, 1);
  } finally {
    Object.defineProperty(page, "location", { value: location, configurable: true });
  }
});

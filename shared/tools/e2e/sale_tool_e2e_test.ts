import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runSale } from "../sale/run_sale.ts";
import { systemTerminal } from "../sale/system_terminal.ts";
import { TestShop } from "./shop.ts";
import { startSystem } from "./system.ts";

/** The tool as an operator calls it, with what it printed and whether it ended well. */
function toolFor(origin: string, adminToken: string) {
  return async (...line: string[]) => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await runSale(line, {
      env: { ORIGIN_URL: origin, ADMIN_TOKEN: adminToken },
      fetch,
      terminal: {
        ...systemTerminal(),
        print: (text) => void out.push(text),
        note: (text) => void err.push(text),
        redraw: (lines) => void err.push(...lines),
      },
      nowMs: () => Date.now(),
      signal: AbortSignal.timeout(60_000),
    });
    return { code, out: out.join("\n"), err: err.join("\n") };
  };
}

for (const profile of ["embedded", "services"] as const) {
  Deno.test(`${profile}: deno task sale rehearses, watches, proves and cleans up a sale`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "dropgate-e2e-" });
    const system = await startSystem(profile);
    try {
      const sale = toolFor(system.originUrl, system.adminToken);
      const shop = new TestShop(system);
      const { saleId, productId } = await shop.openSale(3);
      const id = String(saleId);
      assertEquals((await sale("ready", id)).code, 0);

      const rehearsed = await sale("rehearse", id, "--force", "--buyers", "20");
      assertEquals(rehearsed.code, 0, rehearsed.out + rehearsed.err);
      assertMatch(rehearsed.out, /\nPassed\.$/);

      const watching = sale("watch", id, "--until", "written");
      for (const buyer of ["ann", "bob", "cid"]) {
        const token = await shop.signIn(buyer);
        const { body } = await shop.buy({ saleId, productId }, token);
        await shop.writtenOrder(body.ticket, token);
      }
      const watched = await watching;
      assertEquals(watched.code, 0, watched.err);
      assertStringIncludes(watched.err, "0 of 3 left");

      const checked = await sale("check", id);
      assertEquals(checked.code, 0, checked.out);
      assertStringIncludes(checked.out, "The books balance.");

      const proved = await sale("prove", id, "--out", folder);
      assertEquals(proved.code, 0, proved.err);
      assertMatch(proved.out, /^Every promise was kept\.\n3 tickets, head [0-9a-f]{64}/);
      const verified = await new Deno.Command(Deno.execPath(), {
        args: ["task", "proof", "verify", `${folder}/proof-${id}-1.json`],
        stdout: "piped",
        stderr: "piped",
      }).output();
      assertEquals(verified.code, 0, new TextDecoder().decode(verified.stderr));

      const exported = await sale("orders", id, "--out", `${folder}/orders.csv`);
      assertEquals(exported.code, 0, exported.err);
      const rows = (await Deno.readTextFile(`${folder}/orders.csv`)).trim().split("\r\n");
      assertEquals(rows.length, 4);

      const obstructed = await sale("clean-up", id);
      assertEquals(obstructed.code, 1);
      assertStringIncludes(obstructed.out, "In the way:");
    } finally {
      assertEquals(await system.stop(), 0, system.output());
      await Deno.remove(folder, { recursive: true });
    }
  });
}

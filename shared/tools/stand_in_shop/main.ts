import { StandInShop } from "./stand_in_shop.ts";

/**
 * Runs the stand-in shop by hand, beside an edge that is started with what it prints:
 *
 *     deno run -A shared/tools/stand_in_shop/main.ts [port of the shop] [URL of the edge]
 */
if (import.meta.main) {
  const [port = "8100", saleUrl = "http://127.0.0.1:8000"] = Deno.args;
  const shop = await StandInShop.open({ port: Number(port) });
  shop.saleUrl = saleUrl;
  console.log(`The stand-in shop: ${shop.origin}\nStart Dropgate with:\n`);
  for (const [name, value] of Object.entries(shop.edgeEnv)) console.log(`  ${name}=${value} \\`);
  console.log("  deno task dev");
}

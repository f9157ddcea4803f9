/**
 * The yardstick: the least that a Hono server can do with a buy, which is to read its JSON and to
 * send it back. Runs as a process of its own; the first line on its output is the port.
 *
 * @module
 */
import { Hono } from "hono";

if (import.meta.main) {
  const app = new Hono();
  app.post("/api/sales/:saleId/buy", async (context) => context.json(await context.req.json()));
  Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
    app.fetch,
  );
}

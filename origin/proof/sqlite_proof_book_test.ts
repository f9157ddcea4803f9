import { assertEquals } from "@std/assert";
import { openSqlite } from "../database/open_database.ts";
import type { TicketEnd } from "./proof_book.ts";
import { proofBookContract } from "./testing/proof_book_contract.ts";
import { ticketsInOrder } from "./tickets_in_order.ts";

proofBookContract("SqlProofBook on SQLite", (clock) => openSqlite(":memory:", clock));

Deno.test("ticketsInOrder() merges as many pages as there are", async () => {
  // Seqs in pages that are anyhow mixed; an id is the seq's place from behind.
  const count = 45_000;
  const pairs = Array.from({ length: count }, (_, at): [number, number] => {
    return [at + 1, (at * 7_919) % count];
  });
  const book = {
    listSeqs: (_item: unknown, afterId: number, limit: number) =>
      Promise.resolve(pairs.slice(afterId, afterId + limit)),
    readTickets: (ids: number[]) =>
      Promise.resolve(ids.map((id) => ({ id, seq: pairs[id - 1]![1] }) as TicketEnd)),
  };
  let expected = 0;
  for await (const page of ticketsInOrder(book, "7-11", () => Promise.resolve())) {
    for (const { seq } of page) assertEquals(seq, expected++);
  }
  assertEquals(expected, count);
});

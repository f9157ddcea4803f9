import { BEHIND_BACKS, type Guard, ON_SQLITE } from "./teeth_guard.ts";

const SCHEMA = "sql/sqlite/0001_record.sql";

/** Guards of the order book: what is recorded, and when it may change. */
export const RECORD_GUARDS: Guard[] = [
  {
    name: "the inbox key",
    edits: [{
      file: SCHEMA,
      find: `  message_id TEXT NOT NULL PRIMARY KEY CHECK (length(message_id) <= 64),
  -- SHA-256 of the message's text, hex.
  content_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;`,
      replace: `  message_id TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;`,
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the inbox's hash of the text",
    edits: [{
      file: "origin/orders/inbox.ts",
      find: `row.content_hash === contentHash(content) ? "known" : "content_clash"`,
      replace: `row.content_hash === "" ? "content_clash" : "known"`,
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "one row per ticket",
    edits: [{
      file: SCHEMA,
      find: "CREATE UNIQUE INDEX orders_one_ticket",
      replace: "CREATE INDEX orders_one_ticket",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "one live order per buyer",
    edits: [{
      file: SCHEMA,
      find: "CREATE UNIQUE INDEX orders_one_live",
      replace: "CREATE INDEX orders_one_live",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the guard of the sold counter",
    edits: [{
      file: "origin/orders/lock_item.ts",
      find: "AND (stock < 0 OR sold + ? <= stock)",
      replace: "AND (stock < 0 OR sold + ? > -1)",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the table's own check of the sold counter",
    edits: [{
      file: SCHEMA,
      find: "CHECK (stock < 0 OR sold <= stock)",
      replace: "CHECK (1)",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the rule of late messages",
    edits: [{
      file: "origin/orders/write_orders.ts",
      find: "const late = message.epoch < item.ledgerEpoch;",
      replace: "const late = false;",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the compare-and-set of cancel",
    edits: [{
      file: "origin/orders/cancel_orders.ts",
      find: " AND status = 'unpaid'",
      replace: "",
    }],
    noticedBy: BEHIND_BACKS,
  },
  {
    name: "cancel only what is unpaid, both times that it is asked",
    edits: [
      {
        file: "origin/orders/cancel_orders.ts",
        find: " AND status = 'unpaid'",
        replace: "",
      },
      {
        file: "origin/orders/cancel_orders.ts",
        find: `if (row.status !== "unpaid") return "not_unpaid";`,
        replace: "",
      },
    ],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the compare-and-set of payment",
    edits: [{
      file: "origin/payments/settle_order.ts",
      find: "WHERE ticket = ? AND status = 'unpaid'",
      replace: "WHERE ticket = ?",
    }],
    noticedBy: BEHIND_BACKS,
  },
  {
    name: "pay only what is unpaid, both times that it is asked",
    edits: [
      {
        file: "origin/payments/settle_order.ts",
        find: "WHERE ticket = ? AND status = 'unpaid'",
        replace: "WHERE ticket = ?",
      },
      {
        file: "origin/payments/settle_order.ts",
        find: `return order.status === "unpaid" ? "applied" : "refund_due";`,
        replace: `return order.status === "" ? "refund_due" : "applied";`,
      },
    ],
    noticedBy: ON_SQLITE,
  },
  {
    name: "one payment per event and payment id, both times that it is asked",
    edits: [
      { file: SCHEMA, find: "event_id TEXT NOT NULL UNIQUE", replace: "event_id TEXT NOT NULL" },
      {
        file: SCHEMA,
        find: "payment_id TEXT NOT NULL UNIQUE",
        replace: "payment_id TEXT NOT NULL",
      },
      {
        file: "origin/payments/take_payment.ts",
        find: `if (known.length > 0) return "known";`,
        replace: "",
      },
    ],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the restock event in the transaction of the cancel",
    edits: [{
      file: "origin/orders/cancel_orders.ts",
      find: `await insertTicketEvents(tx, item, "restock", ending, nowMs);`,
      replace: "",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the epoch that a restock event carries",
    edits: [{
      file: "origin/orders/ticket_events.ts",
      find: "item.ledgerEpoch,",
      replace: "item.epoch,",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "a take-back counts only for the ledger that gave the pieces",
    edits: [{
      file: "origin/orders/stock_events.ts",
      find: `answer === "done" && event.ledger_epoch === item.ledgerEpoch`,
      replace: `answer === "done"`,
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "buyers whose holds expire again and again are barred",
    edits: [{
      file: "origin/buy/barred_buyers.ts",
      find: `this.#users.get(saleId)?.has(userId) ? "blocked" : null`,
      replace: `this.#users.get(saleId)?.has(userId) ? null : null`,
    }],
    noticedBy: ON_SQLITE,
  },
];

import {
  type Guard,
  ON_RABBIT,
  ON_SERVICES,
  ON_SQLITE,
  PUBLISHING_ON_RABBIT,
} from "./teeth_guard.ts";

/** Guards of the decision and of the hand-over. */
export const LEDGER_GUARDS: Guard[] = [
  {
    name: "the fence of the replication id",
    edits: [{
      file: "lua/fence.lua",
      find: " and replid == server_replid()",
      replace: "",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "the epoch in the seq",
    edits: [{
      file: "lua/deduct.lua",
      find: "tonumber(epoch) * SEQ_PER_EPOCH + n + 1",
      replace: "SEQ_PER_EPOCH + n + 1",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "the deadline in the script",
    edits: [{
      file: "lua/deduct.lua",
      find: "if now >= deadline then",
      replace: "if false then",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "a repeated request waits for its unsettled message",
    edits: [{
      file: "lua/deduct.lua",
      find: "words[index] = word .. (waits and message or '')",
      replace: "words[index] = word",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "the bound of the outbox",
    edits: [{
      file: "lua/deduct.lua",
      find: "if winners > 0 and redis.call('HLEN', outbox) >= room then",
      replace: "if false then",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "a pass makes one reservation, in Redis",
    edits: [{
      file: "lua/deduct.lua",
      find: "return spent_epoch == epoch or spent_wish ~= wish",
      replace: "return false",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "a pass is spent with the reservation, in Redis",
    edits: [{
      file: "lua/deduct.lua",
      find: "redis.call('SET', key, spent[key], 'PXAT', string.format('%.0f', pass_end + memory))",
      replace: "",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "a pass makes one reservation, in SQLite",
    edits: [{
      file: "origin/ledger/sqlite_ledger_passes.ts",
      find: "return row.epoch === epoch || !isSameWish;",
      replace: "return row.epoch < epoch && !isSameWish;",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "a known buyer needs no pass, in SQLite",
    edits: [{
      file: "origin/ledger/sqlite_ledger_reserve.ts",
      find: "return decision === BUY && this.#passes.isUsedUp(batch, request, now)",
      replace: "return this.#passes.isUsedUp(batch, request, now)",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "release by seq, in Redis",
    edits: [{
      file: "lua/release.lua",
      find: "if seq == seqs[index] then",
      replace: "if seq then",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "release by seq, in SQLite",
    edits: [{
      file: "origin/ledger/sqlite_ledger_changes.ts",
      find: " || held.seq !== release.seq",
      replace: "",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "a change of stock once per id",
    edits: [
      {
        file: "origin/ledger/sqlite_ledger_changes.ts",
        find: "if (known) return known.answer;",
        replace: "",
      },
      {
        file: "origin/ledger/sqlite_ledger_changes.ts",
        find: "INSERT INTO ledger_change",
        replace: "INSERT OR REPLACE INTO ledger_change",
      },
    ],
    noticedBy: ON_SQLITE,
  },
  {
    name: "reserved only what the queue confirmed",
    edits: [{
      file: "origin/buy/buy_desk.ts",
      find: `if (outcomes[at] === "confirmed") {`,
      replace: `if (outcomes[at] !== "returned") {`,
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "a message that was returned is not confirmed",
    edits: [{
      file: "origin/queue/rabbit_publisher.ts",
      find: `sent.returned ? "returned" : "confirmed"`,
      replace: `sent.returned ? "confirmed" : "confirmed"`,
    }],
    noticedBy: PUBLISHING_ON_RABBIT,
  },
  {
    name: "a route of its own for every epoch",
    edits: [{
      file: "origin/queue/rabbit_topology.ts",
      find: "  return `${item}.${epoch}`;",
      replace: "  return `${item}.${epoch > 0}`;",
    }],
    noticedBy: PUBLISHING_ON_RABBIT,
  },
];

/** Guards of the recovery. */
export const RECOVERY_GUARDS: Guard[] = [
  {
    name: "the fence of the route",
    edits: [{
      file: "origin/worker/recover_ledger.ts",
      find: "await queue.closeOlderRoutes(mine, state?.drainedEpoch ?? 0);",
      replace: "",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "unbinding, in RabbitMQ",
    edits: [{
      file: "origin/queue/rabbit_queue.ts",
      find: "for (const epochs of olderEpochs(epoch, sinceEpoch)) {",
      replace: "for (const epochs of [...olderEpochs(epoch, sinceEpoch)].slice(0, 0)) {",
    }],
    noticedBy: ON_RABBIT,
  },
  {
    name: "the salvage of a ledger that is still there",
    edits: [{
      file: "origin/worker/recover_ledger.ts",
      find: "await ledger.salvage(mine)",
      replace: "[...await ledger.salvage(mine)].slice(0, 0)",
    }],
    noticedBy: ON_SERVICES,
  },
  {
    name: "the drain of the queue",
    edits: [{
      file: "origin/worker/recover_ledger.ts",
      find: "await untilDrained(mine, parts);",
      replace: "",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the coordinator's token at the snapshot",
    edits: [{
      file: "origin/orders/open_ledger.ts",
      find: "if (locked?.epoch !== epoch) return null;",
      replace: "if (!locked) return null;",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "the coordinator's token at the opening",
    edits: [{
      file: "origin/orders/item_epochs.ts",
      find: "if (locked?.epoch !== epoch || locked.ledgerEpoch !== epoch) return false;",
      replace: "if (locked?.ledgerEpoch !== epoch) return false;",
    }],
    noticedBy: ON_SQLITE,
  },
  {
    name: "a ledger takes only a higher epoch",
    edits: [{
      file: "lua/open_item.lua",
      find: "if ledger_epoch and tonumber(ledger_epoch) >= tonumber(epoch) then",
      replace: "if false then",
    }],
    noticedBy: ON_SERVICES,
  },
];

import type { Clock } from "../../shared/clock.ts";
import type { ItemEpoch, ItemKey } from "../../shared/item.ts";
import { epochOfSeq } from "../../shared/ticket.ts";
import type { RedisClient } from "./redis_client.ts";
import { RedisDecisions } from "./redis_ledger_decisions.ts";
import { inGroups, inPieces, VALUES_PER_CALL } from "./redis_ledger_groups.ts";
import { type ItemKeys, keysOf } from "./redis_ledger_keys.ts";
import { type Ask, openRedisItem, termsArguments } from "./redis_ledger_opening.ts";
import { removeRedisItems } from "./redis_ledger_removal.ts";
import { type ScriptCall, ScriptRunner, SCRIPTS } from "./redis_ledger_scripts.ts";
import { checkRedisServer } from "./redis_ledger_server.ts";
import { pairs, readHolder, readOutboxPart } from "./redis_ledger_texts.ts";
import type {
  ClaimedMessage,
  ItemTerms,
  Opening,
  OpenOutcome,
  OutboxMessage,
  OutboxPart,
  OutboxSlice,
  Release,
  ReleaseOutcome,
  Reservation,
  ReserveBatch,
  ReserveOutcome,
  StockChange,
  StockChangeOutcome,
  StockLedger,
} from "./stock_ledger.ts";

/** What a Redis ledger is made of. The clients are closed by whoever made them. */
export interface RedisLedgerOptions {
  /** Decides and settles: a connection that nothing else uses. */
  hot: RedisClient;
  /** Everything else. */
  admin: RedisClient;
  /** What every key begins with. */
  namespace: string;
  clock: Clock;
  /** Most unsettled messages of an item before it answers `busy`. */
  maxOutboxMessages?: number;
}

/** At 512 orders a message that is a million orders, some 60 MB: what a long outage may pile up. */
export const DEFAULT_MAX_OUTBOX_MESSAGES = 2000;

/** How long a call off the buy path may take. */
const ADMIN_TIMEOUT_MS = 5000;

/** Messages per page of a salvage: up to 60 KB each. */
const SALVAGE_PAGE = 50;

/** Pages that no outbox can fill. */
const MAX_SALVAGE_PAGES = 100_000;

/** The ledger of the services profile: Redis ≥ 7, one Lua script per operation. */
export class RedisLedger implements StockLedger {
  readonly #decisions: RedisDecisions;
  readonly #admin: ScriptRunner;

  /** Watches its connection until `stop()`. */
  constructor(readonly options: RedisLedgerOptions) {
    const { hot, admin, namespace, clock } = options;
    const room = options.maxOutboxMessages ?? DEFAULT_MAX_OUTBOX_MESSAGES;
    this.#decisions = new RedisDecisions(hot, namespace, clock, room);
    // What this connection does says nothing about the one that decides.
    this.#admin = new ScriptRunner(admin, { answered: () => {}, missed: () => {} });
  }

  /** @throws {RedisLedgerError} when the server is not one that can keep stock. */
  async checkServer(): Promise<void> {
    await checkRedisServer(this.options.admin);
  }

  /** Stops watching the connection. */
  stop(): void {
    this.#decisions.stop();
  }

  isUp(): boolean {
    return this.#decisions.isUp();
  }

  reserve(batches: ReserveBatch[], budgetMs: number): Promise<ReserveOutcome[]> {
    return this.#decisions.reserve(batches, budgetMs);
  }

  settle(messages: (ItemEpoch & { messageId: string })[]): Promise<void> {
    return this.#decisions.settle(messages);
  }

  async claimUnsettled(
    items: ItemEpoch[],
    olderThanMs: number,
    limit: number,
  ): Promise<ClaimedMessage[]> {
    const most = Math.min(limit, VALUES_PER_CALL);
    const replies = await this.#ask(items, ({ item, epoch }) => {
      const keys = this.#keys(item);
      return {
        script: SCRIPTS.claimUnsettled,
        keys: [keys.meta, keys.outbox, keys.due, keys.sends],
        args: [epoch, olderThanMs, most],
      };
    });
    return items.flatMap(({ item, epoch }, index) => {
      const [, ...flat] = replies[index] as string[];
      const claimed: ClaimedMessage[] = [];
      for (let at = 0; at < flat.length; at += 3) {
        const [messageId, content, attempts] = flat.slice(at, at + 3) as [string, string, string];
        claimed.push({ item, epoch, messageId, content, attempts: Number(attempts) });
      }
      return claimed;
    });
  }

  async listOutbox(slices: OutboxSlice[]): Promise<(OutboxPart | null)[]> {
    const replies = await this.#ask(slices, ({ item, epoch, skip, limit }) => {
      const keys = this.#keys(item);
      const args = [epoch, skip, limit];
      return { script: SCRIPTS.listOutbox, keys: [keys.meta, keys.outbox, keys.sends], args };
    });
    return slices.map((slice, index) => readOutboxPart(replies[index], slice));
  }

  async release(releases: Release[]): Promise<ReleaseOutcome[]> {
    const groups = inGroups(releases);
    const replies = await this.#ask(groups, ({ item, epoch, members }) => ({
      script: SCRIPTS.release,
      keys: [this.#keys(item).meta, this.#keys(item).holders],
      args: [
        epoch,
        JSON.stringify([
          members.map(({ member }) => member.userId),
          members.map(({ member }) => String(member.seq)),
          members.map(({ member }) => member.restock ? 1 : 0),
        ]),
      ],
    }));
    const outcomes: ReleaseOutcome[] = releases.map(() => "closed");
    groups.forEach(({ members }, group) => {
      const [status, letters] = replies[group] as [string, string];
      if (status === "closed") return;
      members.forEach(({ index }, position) => {
        outcomes[index] = letters[position] === "r" ? "released" : "not_held";
      });
    });
    return outcomes;
  }

  async adjust(changes: StockChange[]): Promise<StockChangeOutcome[]> {
    return await this.#ask(changes, ({ item, epoch, changeId, delta }) => ({
      script: SCRIPTS.adjust,
      keys: [this.#keys(item).meta, this.#keys(item).changes],
      args: [epoch, changeId, delta],
    })) as StockChangeOutcome[];
  }

  async setTerms(items: (ItemEpoch & { terms: ItemTerms })[]): Promise<boolean[]> {
    const replies = await this.#ask(items, ({ item, epoch, terms }) => ({
      script: SCRIPTS.setTerms,
      keys: [this.#keys(item).meta],
      args: [epoch, ...termsArguments(terms)],
    }));
    return replies.map((reply) => reply !== "closed");
  }

  async readStock(items: ItemEpoch[]): Promise<(number | null)[]> {
    const replies = await this.#ask(items, ({ item, epoch }) => {
      const { meta, holders, outbox, due, sends, changes } = this.#keys(item);
      const keys = [meta, holders, outbox, due, sends, changes];
      return { script: SCRIPTS.readStock, keys, args: [epoch] };
    });
    return replies.map((reply) => reply === "closed" ? null : Number(reply));
  }

  async findReservations(
    { item, epoch }: ItemEpoch,
    userIds: string[],
  ): Promise<(Reservation | null)[] | "closed"> {
    // Without users there is still the question whether the ledger is open.
    if (userIds.length === 0) {
      const [stock] = await this.readStock([{ item, epoch }]);
      return stock === null ? "closed" : [];
    }
    const replies = await this.#ask(inPieces(userIds), (piece) => ({
      script: SCRIPTS.findReservations,
      keys: [this.#keys(item).meta, this.#keys(item).holders],
      args: [epoch, JSON.stringify(piece)],
    })) as [string, (string | null)[]][];
    if (replies.some(([status]) => status === "closed")) return "closed";
    const texts = replies.flatMap(([, piece]) => piece);
    return userIds.map((userId, index) => {
      const text = texts[index];
      return text ? readHolder(userId, text) : null;
    });
  }

  async listReservations(
    { item, epoch }: ItemEpoch,
    cursor: string,
    limit: number,
  ): Promise<{ cursor: string; reservations: Reservation[] } | "closed"> {
    const [reply] = await this.#ask([item], () => ({
      script: SCRIPTS.listReservations,
      keys: [this.#keys(item).meta, this.#keys(item).holders],
      args: [epoch, cursor, limit],
    }));
    const [status, next, flat] = reply as [string, string, string[]];
    if (status === "closed") return "closed";
    return {
      cursor: next,
      reservations: pairs(flat).map(([userId, text]) => readHolder(userId, text)),
    };
  }

  async close(items: ItemEpoch[]): Promise<void> {
    await this.#ask(items, ({ item, epoch }) => ({
      script: SCRIPTS.close,
      keys: [this.#keys(item).meta],
      args: [epoch],
    }));
  }

  async salvage({ item, epoch }: ItemEpoch): Promise<OutboxMessage[]> {
    // By id, because a page may repeat what another one had.
    const found = new Map<string, OutboxMessage>();
    let cursor = "0";
    for (let page = 0; page < MAX_SALVAGE_PAGES; page += 1) {
      const [reply] = await this.#ask([item], () => ({
        script: SCRIPTS.salvage,
        keys: [this.#keys(item).outbox],
        args: [cursor, SALVAGE_PAGE],
      }));
      const [next, flat] = reply as [string, string[]];
      for (const [messageId, content] of pairs(flat)) {
        const written = epochOfSeq(Number(messageId.slice(item.length + 1)));
        if (written < epoch) found.set(messageId, { item, epoch: written, messageId, content });
      }
      cursor = next;
      if (cursor === "0") return [...found.values()];
    }
    throw new RangeError(`Cannot salvage ${item} as its outbox must end: it does not`);
  }

  open(opening: Opening, reservations: AsyncIterable<Reservation[]>): Promise<OpenOutcome> {
    return openRedisItem(this.#askOne, this.options.namespace, opening, reservations);
  }

  removeItems(items: ItemEpoch[]): Promise<void> {
    return removeRedisItems(this.#askOne, this.options.namespace, items);
  }

  readonly #askOne: Ask = async (call) => (await this.#admin.run([call], ADMIN_TIMEOUT_MS))[0];

  #keys(item: ItemKey): ItemKeys {
    return keysOf(this.options.namespace, item);
  }

  #ask<T>(subjects: T[], call: (subject: T) => ScriptCall): Promise<unknown[]> {
    return this.#admin.run(subjects.map(call), ADMIN_TIMEOUT_MS);
  }
}

import type { ItemKey } from "../../item.ts";
import { decodeOrderMessage, type OrderMessage } from "../../order_message.ts";
import { epochOfSeq, formatMessageId, SEQ_PER_EPOCH } from "../../ticket.ts";
import { PASS_SLACK_MS } from "../../../origin/ledger/pass_times.ts";
import type {
  Decision,
  Opening,
  OpenOutcome,
  OutboxMessage,
  Release,
  ReleaseOutcome,
  Reservation,
  ReserveBatch,
  ReserveOutcome,
  ReserveRequest,
  StockChange,
  StockChangeOutcome,
  WishPass,
} from "../../../origin/ledger/stock_ledger.ts";
import { expectSame, promise } from "./broken_promise.ts";

/** One life of a ledger, as a server remembers it. */
export interface Life {
  epoch: number;
  /** The identity of the server that it was opened on. */
  replid: number;
  open: boolean;
  stock: number;
  n: number;
  holders: Map<string, Reservation>;
  /** Message id → how often it was claimed. */
  outbox: Map<string, { content: string; attempts: number }>;
  changes: Map<string, StockChangeOutcome>;
  /** Pass id → the wish that it was spent for last. They outlive the life, not the server's data. */
  passes: Map<string, { epoch: number; userId: string; requestId: string }>;
}

/** What every ledger of a test has in common. */
export interface LedgerRules {
  item: ItemKey;
  /** False where the decision and the hand-over are one commit. */
  hasOutbox: boolean;
  /** Most messages in the outbox. */
  room: number;
  perUserLimit: number;
  /** Hears of messages that are in the queue with the decision. */
  onHandOver(messageId: string): void;
  /** Hears of every reservation that was made. */
  onReserved(reservation: Omit<Reservation, "live" | "payBy">): void;
  /** The clock of the ledgers, ms. */
  clock(): number;
}

/** What becomes of a life while a batch is decided. */
interface Draft {
  holders: Life["holders"];
  passes: Life["passes"];
  stock: number;
  own: string;
  firstSeq: number;
}

/** Identities are never given twice. */
let identities = 0;

/** The ledger of one server, as it should be. */
export class LedgerModel {
  life: Life | null = null;
  /** The identity of the server's data. */
  replid = identities += 1;
  /** The identity when the staging of an epoch began. */
  readonly #stagedOn = new Map<number, number>();

  constructor(readonly rules: LedgerRules) {}

  /** The life that a caller of this epoch may use. */
  openLife(epoch: number): Life | null {
    const { life } = this;
    return life?.open && life.epoch === epoch && life.replid === this.replid ? life : null;
  }

  /** The server's data are another's, or began a new history. */
  rename(): void {
    this.replid = identities += 1;
  }

  /** What a copy of the server's data holds. */
  copy(): Life | null {
    return structuredClone(this.life);
  }

  /** Decides one batch; the times of what is new are the server's own, as `seen` has them. */
  reserve({ epoch, requests }: ReserveBatch, seen: ReserveOutcome): ReserveOutcome {
    const life = this.openLife(epoch);
    if (!life) return { kind: "closed" };
    const firstSeq = epoch * SEQ_PER_EPOCH + life.n + 1;
    const own = formatMessageId(this.rules.item, firstSeq);
    const draft: Draft = {
      holders: new Map(life.holders),
      passes: new Map(life.passes),
      stock: life.stock,
      own,
      firstSeq,
    };
    const winners: ReserveRequest[] = [];
    const payBy = payByOf(seen);
    const decisions = requests.map((request) => {
      const decision = this.#decide(request, draft, life, winners.length, payBy);
      if (decision.kind === "reserved" && !decision.repeat) winners.push(request);
      return decision;
    });
    if (winners.length > 0 && life.outbox.size >= this.rules.room) return { kind: "busy" };
    life.holders = draft.holders;
    life.passes = draft.passes;
    life.stock = draft.stock;
    life.n += winners.length;
    const messages: OutboxMessage[] = [];
    if (winners.length > 0) this.#handOver(life, own, firstSeq, winners, seen);
    const waitedFor = decisions.flatMap((one) =>
      one.kind === "reserved" && one.pendingMessage !== null ? [one.pendingMessage] : []
    );
    for (const messageId of new Set(winners.length > 0 ? [own, ...waitedFor] : waitedFor)) {
      const entry = life.outbox.get(messageId);
      if (entry) messages.push({ item: this.rules.item, epoch, messageId, content: entry.content });
    }
    return { kind: "decided", decisions, remaining: life.stock, messages };
  }

  #decide(
    { userId, requestId, quantity, lookupOnly, pass }: ReserveRequest,
    draft: Draft,
    life: Life,
    won: number,
    payBy: number,
  ): Decision {
    const held = draft.holders.get(userId);
    if (held && held.requestId === requestId) {
      if (held.quantity !== quantity) return { kind: "idempotency_mismatch", seq: held.seq };
      if (!held.live) return { kind: "order_ended", seq: held.seq };
      const waits = this.rules.hasOutbox &&
        (held.messageId === draft.own || life.outbox.has(held.messageId));
      const { seq } = held;
      const pendingMessage = waits ? held.messageId : null;
      return { kind: "reserved", seq, quantity, payBy: held.payBy, repeat: true, pendingMessage };
    }
    if (lookupOnly && !held?.live) return { kind: "unknown_buyer" };
    if (held?.live) return { kind: "already_bought", seq: held.seq };
    if (quantity > this.rules.perUserLimit) return { kind: "over_limit" };
    if (draft.stock !== -1 && draft.stock < quantity) return { kind: "sold_out" };
    if (pass !== null) {
      const wish = { epoch: life.epoch, userId, requestId };
      if (this.#isUsedUp(pass, draft.passes, wish)) return { kind: "captcha_required" };
      draft.passes.set(pass.passId, wish);
    }
    const seq = draft.firstSeq + won;
    if (draft.stock !== -1) draft.stock -= quantity;
    const messageId = draft.own;
    draft.holders.set(userId, { userId, seq, quantity, requestId, messageId, live: true, payBy });
    const pendingMessage = this.rules.hasOutbox ? messageId : null;
    return { kind: "reserved", seq, quantity, payBy, repeat: false, pendingMessage };
  }

  #isUsedUp(
    { passId, expiresAt }: WishPass,
    passes: Life["passes"],
    { epoch, userId, requestId }: { epoch: number; userId: string; requestId: string },
  ): boolean {
    if (this.rules.clock() >= expiresAt + PASS_SLACK_MS) return true;
    const before = passes.get(passId);
    if (!before) return false;
    const isSameWish = before.userId === userId && before.requestId === requestId;
    return before.epoch === epoch || !isSameWish;
  }

  #handOver(
    life: Life,
    messageId: string,
    firstSeq: number,
    winners: ReserveRequest[],
    seen: ReserveOutcome,
  ): void {
    winners.forEach(({ userId, quantity, requestId }, at) =>
      this.rules.onReserved({ userId, seq: firstSeq + at, quantity, requestId, messageId })
    );
    if (!this.rules.hasOutbox) return this.rules.onHandOver(messageId);
    const message = seen.kind === "decided" &&
      seen.messages.find((one) => one.messageId === messageId);
    promise("I4", Boolean(message), () => `nothing hands over the winners of ${messageId}`);
    if (!message) return;
    const orders = winners.map(({ userId, quantity, requestId }) => ({
      userId,
      quantity,
      requestId,
    }));
    const said: OrderMessage = decodeOrderMessage(message.content);
    const { item } = this.rules;
    expectSame(`the message ${messageId}`, [said.item, said.epoch, said.firstSeq, said.orders], [
      item,
      life.epoch,
      firstSeq,
      orders,
    ]);
    life.outbox.set(messageId, { content: message.content, attempts: 0 });
  }

  settle(epoch: number, messageIds: string[]): void {
    const life = this.openLife(epoch);
    for (const messageId of messageIds) life?.outbox.delete(messageId);
  }

  /** Claims everything: a test's relay waits for nothing. */
  claimUnsettled(epoch: number): { messageId: string; attempts: number }[] {
    const life = this.openLife(epoch);
    return [...life?.outbox ?? []].map(([messageId, entry]) => {
      entry.attempts += 1;
      return { messageId, attempts: entry.attempts - 1 };
    });
  }

  release({ epoch, userId, seq, restock }: Release): ReleaseOutcome {
    const life = this.openLife(epoch);
    if (!life) return "closed";
    const held = life.holders.get(userId);
    if (!held?.live || held.seq !== seq) return "not_held";
    life.holders.set(userId, { ...held, live: false });
    if (restock && life.stock !== -1) life.stock += held.quantity;
    return "released";
  }

  adjust({ epoch, changeId, delta }: StockChange): StockChangeOutcome {
    const life = this.openLife(epoch);
    if (!life) return "closed";
    const known = life.changes.get(changeId);
    if (known) return known;
    const answer = life.stock === -1 || life.stock + delta < 0 ? "refused" : "applied";
    if (answer === "applied") life.stock += delta;
    life.changes.set(changeId, answer);
    return answer;
  }

  close(epoch: number): void {
    if (this.life && this.life.epoch < epoch) this.life.open = false;
  }

  salvage(epoch: number): string[] {
    return [...this.life?.outbox.keys() ?? []]
      .filter((messageId) => epochOfSeq(Number(messageId.split("-")[2])) < epoch);
  }

  beginOpen(epoch: number): void {
    this.#stagedOn.set(epoch, this.replid);
  }

  open({ epoch, remaining }: Opening, staged: Reservation[]): OpenOutcome {
    const isReplaced = this.#stagedOn.get(epoch) !== this.replid;
    // The first page that is staged finds another server; without one, the opening itself does.
    if (isReplaced && staged.length > 0) return "replaced";
    if (this.life && this.life.epoch >= epoch) return "superseded";
    if (isReplaced) return "replaced";
    this.life = {
      epoch,
      replid: this.replid,
      open: true,
      stock: remaining,
      n: 0,
      holders: new Map(staged.map((one) => [one.userId, one])),
      outbox: new Map(),
      changes: new Map(),
      passes: this.life?.passes ?? new Map(),
    };
    return "opened";
  }
}

/** When the winners of a batch have to pay, by the ledger's own clock. */
function payByOf(seen: ReserveOutcome): number {
  if (seen.kind !== "decided") return 0;
  for (const decision of seen.decisions) {
    if (decision.kind === "reserved" && !decision.repeat) return decision.payBy;
  }
  return 0;
}

import { itemKey } from "../../item.ts";
import { SEQ_PER_EPOCH } from "../../ticket.ts";
import type { LinkMark } from "../../testing/faulty_link.ts";
import { pause } from "../services/poll.ts";
import type { ServerName, Stage } from "./drill.ts";

/** How long something must stay as it is to count as held back and not as being on its way. */
const STAYS_MS = 250;

/** How long a process may take to be killed, and to come back. */
const GONE_TIMEOUT_MS = 5_000;
const BACK_TIMEOUT_MS = 30_000;

/** How long a mark may take to come by while the crowd buys. */
export const MARK_TIMEOUT_MS = 10_000;

/** A message that the ledger holds as unsettled. */
export interface Unsettled {
  messageId: string;
  /** As in the message: the seq of its first order. */
  firstSeq: string;
  text: string;
}

/** What the ledger's outbox holds now. */
export async function outboxOf({ probe }: Stage): Promise<Unsettled[]> {
  const ids = await probe.redis(["HKEYS", probe.key("outbox")]) as string[];
  if (ids.length === 0) return [];
  const texts = await probe.redis(["HMGET", probe.key("outbox"), ...ids]) as (string | null)[];
  return ids.flatMap((messageId, at) => {
    const text = texts[at];
    return text ? [{ messageId, text, firstSeq: messageId.split("-")[2]! }] : [];
  });
}

/** Whether each message is recorded in the database. */
export async function areRecorded({ probe }: Stage, messageIds: string[]): Promise<boolean[]> {
  if (messageIds.length === 0) return [];
  const marks = messageIds.map(() => "?").join(", ");
  const rows = await probe.sql<{ message_id: string }>(
    `SELECT message_id FROM inbox WHERE message_id IN (${marks})`,
    messageIds,
  );
  const known = new Set(rows.map((row) => row.message_id));
  return messageIds.map((id) => known.has(id));
}

/** Messages that are in the outbox and stay there: somebody holds them, or their sender has gone. */
export async function stayingOf(stage: Stage): Promise<Unsettled[]> {
  const before = await outboxOf(stage);
  await pause(STAYS_MS);
  const after = new Set((await outboxOf(stage)).map(({ messageId }) => messageId));
  return before.filter(({ messageId }) => after.has(messageId));
}

/**
 * Waits until messages stayed in the outbox that are, or are not, recorded in the database, and
 * notes it as the sight of the fault. By the time that they are recorded, somebody else may have
 * settled them.
 */
export async function seenUnsettled(
  stage: Stage,
  what: string,
  recorded: boolean,
): Promise<Unsettled[]> {
  const staying = new Map<string, Unsettled>();
  let found: Unsettled[] = [];
  await stage.seen(what, async () => {
    if (!recorded) staying.clear();
    for (const message of await stayingOf(stage)) staying.set(message.messageId, message);
    const known = await areRecorded(stage, [...staying.keys()]);
    found = [...staying.values()].filter((_, at) => known[at] === recorded);
    return found.length > 0;
  });
  return found;
}

/** Waits until none of the messages is in the outbox any more: the broker has them. */
export function untilSettled(
  stage: Stage,
  messages: Unsettled[],
  timeoutMs: number,
): Promise<void> {
  return stage.until("the messages are settled", async () => {
    const waiting = new Set((await outboxOf(stage)).map(({ messageId }) => messageId));
    return !messages.some(({ messageId }) => waiting.has(messageId));
  }, timeoutMs);
}

/** Waits until all messages are recorded in the database. */
export function untilRecorded(
  stage: Stage,
  messages: Unsettled[],
  timeoutMs: number,
): Promise<void> {
  const ids = messages.map(({ messageId }) => messageId);
  return stage.until(
    "the messages are recorded",
    async () => (await areRecorded(stage, ids)).every(Boolean),
    timeoutMs,
  );
}

/** How many reservations the ledger gave out in its epoch. */
export async function reservationsOf(stage: Stage): Promise<{ epoch: number; count: number }> {
  const { probe } = stage;
  const [epoch, count] = await probe.redis(["HMGET", probe.key("meta"), "epoch", "n"]) as string[];
  return { epoch: Number(epoch), count: Number(count) };
}

/** How many of an epoch's first reservations have their row. */
export async function rowsOf(
  { probe, sale }: Stage,
  { epoch, count }: { epoch: number; count: number },
): Promise<number> {
  const [row] = await probe.sql<{ written: number }>(
    `SELECT COUNT(*) AS written FROM orders
      WHERE sale_id = ? AND product_id = ? AND seq > ? AND seq <= ?`,
    [sale.saleId, sale.productId, epoch * SEQ_PER_EPOCH, epoch * SEQ_PER_EPOCH + count],
  );
  return Number(row?.written ?? 0);
}

/** Waits until every reservation that was given out until now has its row. Returns how many. */
export async function untilWritten(stage: Stage, timeoutMs: number): Promise<number> {
  const until = await reservationsOf(stage);
  await stage.until(
    `${until.count} reservations have their rows`,
    async () => await rowsOf(stage, until) === until.count,
    timeoutMs,
  );
  return until.count;
}

/** Kills a process (-9) and waits until it is gone. Returns its id and when it was killed. */
export async function killPart(stage: Stage, name: string): Promise<{ pid: number; at: number }> {
  const { pid } = stage.part(name);
  if (pid === null) throw new Error(`Cannot kill ${name} as it must run: current value is null`);
  const at = performance.now();
  stage.part(name).signal("SIGKILL");
  stage.injected(`kill -9 of ${name} (pid ${pid})`);
  await stage.seen(
    `process ${pid} of ${name} is gone`,
    async () => await stage.probe.processState(pid) === null,
    GONE_TIMEOUT_MS,
  );
  return { pid, at };
}

/** Waits until a killed process has a successor. Returns when that was started. */
export async function untilRestarted(stage: Stage, name: string, oldPid: number): Promise<number> {
  await stage.until(`${name} is started again`, () => {
    const { pid } = stage.part(name);
    return Promise.resolve(pid !== null && pid !== oldPid);
  }, BACK_TIMEOUT_MS);
  return performance.now();
}

/** Waits until a process says that it is ready. */
export function untilReady(stage: Stage, name: string): Promise<void> {
  return stage.until(`${name} is ready`, () => stage.part(name).isReady(), BACK_TIMEOUT_MS);
}

/** Stops a process (SIGSTOP) and sees it stopped. */
export async function freeze(stage: Stage, name: string): Promise<void> {
  const { pid } = stage.part(name);
  if (pid === null) throw new Error(`Cannot stop ${name} as it must run: current value is null`);
  stage.part(name).signal("SIGSTOP");
  await stage.seen(
    `process ${pid} of ${name} is stopped`,
    async () => await stage.probe.processState(pid) === "T",
    GONE_TIMEOUT_MS,
  );
}

/**
 * Waits for a mark on the wires of several processes, and says on whose it came by first. The others
 * are left as they were.
 */
export async function firstAt(
  stage: Stage,
  names: string[],
  peer: ServerName,
  mark: LinkMark,
  timeoutMs = MARK_TIMEOUT_MS,
): Promise<string> {
  const armed = names.map((name) =>
    stage.link(name, peer).silenceAt(mark, timeoutMs).then(() => name)
  );
  const first = await Promise.any(armed).catch(() => {
    throw new Error(`Cannot inject as nobody of ${names.join(", ")} came by the mark`);
  });
  for (const name of names) if (name !== first) stage.link(name, peer).restore();
  await Promise.allSettled(armed);
  return first;
}

/** Names of this drill's processes of one kind. */
export function partsOf(stage: Stage, kind: "origin" | "worker"): string[] {
  return stage.system.parts.filter((part) => part.kind === kind).map((part) => part.name);
}

/** True while some transaction holds the item's row. */
export async function isItemLocked({ probe, sale }: Stage): Promise<boolean> {
  try {
    await probe.sql(
      "SELECT sale_id FROM sale_item WHERE sale_id = ? AND product_id = ? FOR UPDATE NOWAIT",
      [sale.saleId, sale.productId],
    );
    return false;
  } catch {
    return true;
  }
}

/** Keys of an item's ledger; without `meta` there is no ledger, whatever else is left. */
const LEDGER_KEYS = ["meta", "holders", "outbox", "due", "sends", "changes"];

/**
 * Throws the item's ledger away, as a flushed Redis has lost it: all of it, or only its `meta`, so
 * that an outbox survives.
 */
export async function loseLedger(
  { probe }: Stage,
  lost: "everything" | "meta" = "everything",
): Promise<void> {
  const keys = lost === "meta" ? ["meta"] : LEDGER_KEYS;
  await probe.redis(["DEL", ...keys.map((key) => probe.key(key))]);
}

/** Waits until the item is open in an epoch above this one. */
export function untilReopened(stage: Stage, epoch: number, timeoutMs: number): Promise<void> {
  return stage.until(
    `the item is open in an epoch above ${epoch}`,
    async () => (await stage.probe.item()).openEpoch > epoch,
    timeoutMs,
  );
}

/** The item's key, `saleId-productId`. */
export function itemOf({ sale }: Stage): string {
  return itemKey(sale.saleId, sale.productId);
}

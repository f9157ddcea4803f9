import { SCRIPTS } from "../../../origin/ledger/redis_ledger_scripts.ts";
import type { LinkMark } from "../../testing/faulty_link.ts";

/**
 * Places in the bytes that the parts of Dropgate send each other. Scripts are named by their hash,
 * broker methods by the two numbers (class, method) that every method frame carries, statements and
 * order messages by their text.
 */

/** A script's call on its way to Redis. */
export function callOf(script: keyof typeof SCRIPTS, hold: LinkMark["hold"]): LinkMark {
  return { direction: "to_server", text: SCRIPTS[script].sha, hold };
}

/** An order message on its way to the broker: any, or the one whose first seq is given. */
export function publishOf(hold: LinkMark["hold"], firstSeq?: string): LinkMark {
  const text = firstSeq === undefined ? `,"o":[["` : `"s":"${firstSeq}"`;
  return { direction: "to_server", text, hold };
}

/** The same two numbers both ways: the broker's confirm to a publisher, a worker's "done" to it. */
const BASIC_ACK = "\x00\x3c\x00\x50";

/** The broker's confirm. */
export const CONFIRM: LinkMark = { direction: "to_client", text: BASIC_ACK, hold: "before" };

/** The broker gives a message back that no queue wants. */
export const RETURN: LinkMark = {
  direction: "to_client",
  text: "\x00\x3c\x00\x32",
  hold: "after",
};

/** A worker's acknowledgement of a delivery. */
export const ACKNOWLEDGE: LinkMark = { direction: "to_server", text: BASIC_ACK, hold: "before" };

/** An origin's answers to a batch of buys. */
export const ANSWERS: LinkMark = { direction: "to_client", text: `{"answers":[`, hold: "before" };

/** The end of a transaction that changes something; reads do not begin one. */
export const COMMIT: LinkMark = { direction: "to_server", text: "COMMIT", hold: "before" };

/** The step of a cancel that asks the ledger for the pieces, in its transaction. */
export const RESTOCK_WRITTEN: LinkMark = {
  direction: "to_server",
  text: "INSERT INTO stock_event",
  hold: "after",
};

/** `queue.unbind`, `queue.bind` and the broker's answer to the latter. */
const QUEUE_UNBIND = "\x00\x32\x00\x32";
const QUEUE_BIND = "\x00\x32\x00\x14";
const QUEUE_BIND_OK = "\x00\x32\x00\x15";

/** A moment of a recovery at which its coordinator can be stopped. */
export interface RecoveryStep {
  /** Between which steps of the recovery it is. */
  name: string;
  /** The wire of the coordinator on which it shows. */
  peer: "redis" | "amqp";
  mark: LinkMark;
}

/** The recovery from its first step to its last. */
export const RECOVERY_STEPS: readonly RecoveryStep[] = [
  step("after raising the epoch, before closing the routes", "amqp", {
    direction: "to_server",
    text: QUEUE_UNBIND,
    hold: "before",
  }),
  step("after closing the older ledger", "redis", callOf("close", "after")),
  step("before reading the outbox that survived", "redis", callOf("salvage", "before")),
  step("before sending the barrier", "amqp", {
    direction: "to_server",
    text: `"epoch":`,
    hold: "before",
  }),
  step("after the snapshot, while staging the holders", "redis", callOf("stage", "after")),
  step("after opening the ledger, before binding the route", "amqp", {
    direction: "to_server",
    text: QUEUE_BIND,
    hold: "before",
  }),
  step("after binding the route, before opening the item", "amqp", {
    direction: "to_client",
    text: QUEUE_BIND_OK,
    hold: "before",
  }),
];

function step(name: string, peer: RecoveryStep["peer"], mark: LinkMark): RecoveryStep {
  return { name, peer, mark };
}

import { z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { fingerprintOf } from "../../shared/proof/proof_key.ts";
import { type BundleEntry, KEPT_TEXTS } from "../proof/proof_book.ts";
import { idSchema, idText } from "./admin_schemas.ts";

const time = z.string().openapi({ format: "date-time" });
const count = z.number().int();

/** The path parameters of one proof. */
export const proofParams = z.object({ id: idText(), proofId: idText() });

/** A wish for a proof. */
export const newProofSchema = z.object({
  full: z.boolean().default(false).openapi({
    description: "Names buyers; for the merchant's own eyes",
  }),
}).openapi("NewProofBundle");

/** A proof bundle. */
export const bundleSchema = z.object({
  proofId: idSchema,
  saleId: idSchema,
  state: z.enum(["making", "done", "failed"]),
  full: z.boolean(),
  final: z.boolean().openapi({ description: "Made by the clean-up of the sale" }),
  ok: z.boolean().nullable().openapi({ description: "Null until it is done" }),
  head: z.string().nullable(),
  previousHead: z.string().nullable(),
  publicKey: z.string(),
  fingerprint: z.string(),
  tickets: count.openapi({ description: "Written so far" }),
  ticketsInAll: count.nullable().openapi({ description: "While it is made: how many there are" }),
  totals: z.object({
    stock: count,
    remaining: count,
    processing: count,
    unpaid: count,
    paid: count,
    cancelled: count,
    refused: count,
    refundDue: count,
    refunded: count,
    violationCount: count,
    moving: z.boolean(),
    countedAt: time,
  }).nullable(),
  reason: z.string().nullable().openapi({ description: "Why it failed" }),
  filesKept: z.boolean().openapi({
    description: "False while it is made, and when its files were removed: those of the newest " +
      `${KEPT_TEXTS} proofs of a sale are kept, and of those that a clean-up made`,
  }),
  madeBy: z.string(),
  createdAt: time,
  finishedAt: time.nullable(),
}).openapi("ProofBundle");

/** A public key that signed proofs, as a JSON Web Key. */
export const proofKeysSchema = z.object({
  keys: z.array(z.object({
    kty: z.literal("OKP"),
    crv: z.literal("Ed25519"),
    use: z.literal("sig"),
    kid: z.string().openapi({ description: "The fingerprint: RFC 7638" }),
    x: z.string(),
    createdAt: time,
    current: z.boolean().openapi({ description: "Signs new proofs" }),
  })),
}).openapi("ProofKeys");

/** A bundle as operators see it. */
export function viewBundle(
  bundle: BundleEntry,
  ticketsInAll: number | null,
): z.infer<typeof bundleSchema> {
  const { id, saleId, state, full, final, head, previousHead, publicKey, tickets } = bundle;
  const totals = bundle.outcome?.totals;
  return {
    proofId: id,
    saleId,
    state,
    full,
    final,
    ok: state === "done" ? bundle.ok : null,
    head,
    previousHead,
    publicKey,
    fingerprint: fingerprintOf(publicKey),
    tickets,
    ticketsInAll,
    totals: totals ? viewTotals(totals) : null,
    reason: bundle.reason,
    filesKept: bundle.hasText,
    madeBy: bundle.madeBy,
    createdAt: isoTime(bundle.createdAt),
    finishedAt: bundle.finishedAt === null ? null : isoTime(bundle.finishedAt),
  };
}

function viewTotals(totals: NonNullable<BundleEntry["outcome"]>["totals"]) {
  const { ok: _, tickets: __, ...rest } = totals;
  return rest;
}

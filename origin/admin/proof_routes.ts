import { createRoute, z } from "@hono/zod-openapi";
import { isoTime } from "../../shared/clock.ts";
import { problem } from "../../shared/problem.ts";
import { fingerprintOf } from "../../shared/proof/proof_key.ts";
import { listPage } from "../internal/far_page.ts";
import { type BundleEntry, KEPT_TEXTS, PAGE_PART } from "../proof/proof_book.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers, idParams, pageOf, pageQuery } from "./admin_schemas.ts";
import {
  bundleSchema,
  newProofSchema,
  proofKeysSchema,
  proofParams,
  viewBundle,
} from "./proof_schemas.ts";

const TAGS = ["Proof"];

const make = createRoute({
  method: "post",
  path: "/sales/{id}/proofs",
  tags: TAGS,
  operationId: "makeProof",
  summary: "Begin to make a signed proof of every ticket of a sale",
  request: {
    params: idParams,
    body: { required: false, content: { "application/json": { schema: newProofSchema } } },
  },
  responses: answers(202, "It is being made", bundleSchema, ["not_found", "conflict", "busy"]),
});

const list = createRoute({
  method: "get",
  path: "/sales/{id}/proofs",
  tags: TAGS,
  operationId: "listProofs",
  summary: "The proofs of a sale, newest first",
  request: { params: idParams, query: pageQuery },
  responses: answers(200, "A page of proofs", pageOf(bundleSchema), ["not_found", "invalid"]),
});

const show = createRoute({
  method: "get",
  path: "/sales/{id}/proofs/{proofId}",
  tags: TAGS,
  operationId: "getProof",
  summary: "A proof: how far it is, its head, its totals",
  request: { params: proofParams },
  responses: answers(200, "The proof", bundleSchema, ["not_found"]),
});

/** A download. Declared apart so that OpenAPI shows each by its own path. */
function downloadRoute(form: "json" | "html", type: string, operationId: string, summary: string) {
  return createRoute({
    method: "get",
    path: `/sales/{id}/proofs/{proofId}/bundle.${form}`,
    tags: TAGS,
    operationId,
    summary,
    request: { params: proofParams },
    responses: {
      ...answers(200, "The file", null, ["not_found", "conflict"]),
      200: { description: "The file", content: { [type]: { schema: z.string() } } },
    },
  });
}

const json = downloadRoute(
  "json",
  "application/json",
  "downloadProof",
  "The proof with every ticket, for `deno task proof verify`",
);
const html = downloadRoute(
  "html",
  "text/html",
  "downloadProofPage",
  "The proof as a signed page for people",
);

/** Proofs of sales. */
export function addProofRoutes(app: AdminApp, parts: AdminParts) {
  const { proofs, proofMaker, catalog } = parts;

  const view = async (bundle: BundleEntry) =>
    viewBundle(
      bundle,
      bundle.state === "making" ? await proofs.countTickets(bundle.saleId) : null,
    );
  const find = async ({ id, proofId }: { id: number; proofId: number }) => {
    const bundle = await proofs.get(proofId);
    return bundle?.saleId === id ? bundle : null;
  };
  const download = async (param: { id: number; proofId: number }, form: "json" | "html") => {
    const bundle = await find(param);
    if (!bundle) return problem("not_found");
    if (bundle.state !== "done") return problem("conflict", `It is ${bundle.state}, not done`);
    if (!bundle.hasText) return problem("conflict", REMOVED);
    return answerFile(bundle, form, parts);
  };

  return app
    .openapi(make, async (c) => {
      const { id: saleId } = c.req.valid("param");
      const { full = false } = c.req.valid("json") ?? {};
      const sale = await catalog.getSale(saleId);
      if (!sale) return problem("not_found");
      if (sale.status === "draft") return problem("conflict", "A draft has sold nothing to prove");
      if (await proofs.keptProof(saleId)) {
        return problem("conflict", "The sale was cleaned up: its last proof is kept");
      }
      const { name } = c.get("principal");
      const result = await proofMaker.begin({ saleId, full, final: false, madeBy: name });
      switch (result.kind) {
        case "begun":
          return c.json(await view(result.bundle), 202);
        case "busy":
          return problem("conflict", `Proof ${result.bundleId} of this sale is being made`);
        case "crowded":
          return problem("busy", "Other proofs are being made: try again in a moment");
        case "not_found":
          return problem("not_found");
      }
    })
    .openapi(list, async (c) => {
      const { id } = c.req.valid("param");
      if (!await catalog.getSale(id)) return problem("not_found");
      const { page, per } = c.req.valid("query");
      const found = await listPage(page, per, (page, per) => proofs.list(id, page, per));
      return c.json({ ...found, items: await Promise.all(found.items.map(view)) }, 200);
    })
    .openapi(show, async (c) => {
      const bundle = await find(c.req.valid("param"));
      return bundle ? c.json(await view(bundle), 200) : problem("not_found");
    })
    .openapi(json, (c) => download(c.req.valid("param"), "json"))
    .openapi(html, (c) => download(c.req.valid("param"), "html"));
}

/** Why there is no file of an old proof. */
const REMOVED = "Its files were removed: those of the newest " +
  `${KEPT_TEXTS} proofs of a sale are kept, and of its last one. Its head and totals stay`;

/** What the page may do: show itself. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** The file, part by part as fast as it is taken. It never changes; it may be removed meanwhile. */
function answerFile(
  { id, saleId, head }: BundleEntry,
  form: "json" | "html",
  { proofs }: Pick<AdminParts, "proofs">,
): Response {
  const isPage = form === "html";
  let part = isPage ? PAGE_PART : PAGE_PART + 1;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = isPage && part > PAGE_PART ? null : await proofs.readPart(id, part);
      part += 1;
      if (text !== null) return controller.enqueue(encoder.encode(text));
      if ((await proofs.get(id))?.hasText) return controller.close();
      // Ended in order, a file that was removed meanwhile would look like one that was tampered with.
      controller.error(new Error(REMOVED));
    },
  });
  return new Response(body, {
    headers: {
      "content-type": isPage ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
      "content-disposition": `attachment; filename="proof-${saleId}-${id}.${form}"`,
      "content-security-policy": PAGE_POLICY,
      "x-content-type-options": "nosniff",
      "cache-control": "private, no-cache",
      "etag": `"${head}-${form}"`,
    },
  });
}

const keys = createRoute({
  method: "get",
  path: "/proof-keys",
  tags: TAGS,
  operationId: "listProofKeys",
  summary: "Every public key that ever signed a proof; asks for no token",
  security: [],
  responses: answers(200, "JSON Web Keys", proofKeysSchema),
});

/** The published keys, before any guard: whoever checks a proof compares its key with these. */
export function addProofKeyRoute(app: AdminApp, { proofs, proofMaker, clock }: AdminParts) {
  return app.openapi(keys, async (c) => {
    const current = await proofMaker.publicKey();
    const known = await proofs.keys();
    // A key is published before it signs anything.
    const isKnown = known.some(({ publicKey }) => publicKey === current);
    const all = isKnown ? known : [...known, { publicKey: current, createdAt: clock() }];
    const views = all.map(({ publicKey, createdAt }) => ({
      kty: "OKP" as const,
      crv: "Ed25519" as const,
      use: "sig" as const,
      kid: fingerprintOf(publicKey),
      x: publicKey,
      createdAt: isoTime(createdAt),
      current: publicKey === current,
    }));
    return c.json({ keys: views }, 200);
  });
}

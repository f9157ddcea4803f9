import { createRoute, z } from "@hono/zod-openapi";
import { problem } from "../../shared/problem.ts";
import { readBoundedBytes } from "../internal/bounded_body.ts";
import type { AdminApp } from "./admin_app.ts";
import type { AdminParts } from "./admin_parts.ts";
import { answers } from "./admin_schemas.ts";

/** Most bytes of a picture as it is uploaded. */
export const MAX_MEDIA_BYTES = 2 * 1024 * 1024;

const UPLOAD_TIMEOUT_MS = 30_000;

const picture = z.any().openapi({ type: "string", format: "binary" });

const upload = createRoute({
  method: "post",
  path: "/media",
  tags: ["Pictures"],
  operationId: "uploadPicture",
  summary: "Upload a picture of at most 2 MB; it is resized and served from Dropgate's own host",
  request: {
    body: {
      required: true,
      description: "The picture itself, or a form (multipart/form-data) with one file",
      content: {
        "image/jpeg": { schema: picture },
        "image/png": { schema: picture },
        "image/webp": { schema: picture },
      },
    },
  },
  responses: answers(
    201,
    "Where it is served; the largest of its sizes",
    z.object({
      path: z.string(),
      width: z.number().int(),
      height: z.number().int(),
    }).openapi("Media"),
    ["invalid", "too_large", "conflict", "busy"],
  ),
});

/** Pictures of products. */
export function addMediaRoutes(app: AdminApp, { media }: Pick<AdminParts, "media">) {
  return app.openapi(upload, async (c) => {
    const limits = {
      maxBytes: MAX_MEDIA_BYTES + formBytes(c.req.header("content-type")),
      timeoutMs: UPLOAD_TIMEOUT_MS,
    };
    const body = await readBoundedBytes(c.req.raw, limits);
    if (body.kind === "too_large") {
      return problem("too_large", `A picture has at most ${MAX_MEDIA_BYTES} bytes`);
    }
    if (body.kind === "too_slow") {
      return problem("invalid", `The picture took longer than ${UPLOAD_TIMEOUT_MS} ms`);
    }
    const bytes = await pictureIn(new Uint8Array(body.bytes), c.req.header("content-type") ?? "");
    if (bytes === null) return problem("invalid", "The form must have one file");
    const kept = await media.take(bytes);
    switch (kept.kind) {
      case "kept":
        return c.json({ path: kept.path, width: kept.width, height: kept.height }, 201);
      case "refused":
        return problem("invalid", kept.reason);
      case "full":
        return problem("conflict", "As many pictures are kept as may be");
      case "busy":
        return problem("busy", "Other pictures are being worked on: try again in a moment");
    }
  });
}

/** What a form may have around its file. */
const MAX_FORM_BYTES = 8 * 1024;

function formBytes(type: string | undefined): number {
  return isForm(type ?? "") ? MAX_FORM_BYTES : 0;
}

function isForm(type: string): boolean {
  return /^multipart\/form-data;/i.test(type);
}

/** The picture itself, or the one file of a form; null for a form without exactly one. */
async function pictureIn(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!isForm(type)) return bytes;
  try {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    const files = [...form.values()].filter((value) => value instanceof File);
    return files.length === 1 ? new Uint8Array(await files[0]!.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

import type { Hono } from "hono";
import { plainProblem } from "../answers.ts";
import type { MediaReads } from "../media/media_reads.ts";

/** What the pictures need. */
export interface MediaRoutesParts {
  media: Pick<MediaReads, "find">;
}

/** `GET /media/{name}`: uploaded pictures. What a name shows never changes. */
export function addMediaRoutes(app: Hono, { media }: MediaRoutesParts): void {
  app.get("/media/:name", async (c) => {
    const name = c.req.param("name");
    const read = await media.find(name);
    if (read.kind !== "found") {
      return plainProblem(read.kind === "unknown" ? "not_found" : read.kind);
    }
    const headers = {
      etag: `"${name}"`,
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      // Nothing in a picture may ever act as a page of this host.
      "content-security-policy": "default-src 'none'; sandbox",
    };
    if (c.req.header("if-none-match")?.includes(headers.etag)) {
      return new Response(null, { status: 304, headers });
    }
    const { contentType, bytes } = read.picture;
    return new Response(bytes, { headers: { ...headers, "content-type": contentType } });
  });
}

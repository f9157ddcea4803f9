import type { Hono } from "hono";
import { isMediaName } from "../../shared/media.ts";
import { problem } from "../../shared/problem.ts";
import type { MediaBook } from "./media_book.ts";

/** Pictures answered at a time: each is read from the database. */
const MAX_AT_ONCE = 16;

/**
 * `GET /media/{name}`, for the pages of the back office; buyers get pictures from edges, which keep
 * them. The browser keeps them too, because what a name shows never changes.
 */
export function addPictures(app: Hono, { mediaBook }: { mediaBook: Pick<MediaBook, "get"> }): void {
  let reading = 0;
  app.get("/media/:name", async (c) => {
    const name = c.req.param("name");
    if (!isMediaName(name)) return problem("not_found");
    if (reading >= MAX_AT_ONCE) return problem("busy", "Many pictures are asked for at once");
    reading += 1;
    try {
      const file = await mediaBook.get(name);
      if (!file) return problem("not_found", "There is no such picture");
      return c.body(Uint8Array.fromBase64(file.body), 200, {
        "content-type": file.contentType,
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
      });
    } finally {
      reading -= 1;
    }
  });
}

import type { Clock } from "../../shared/clock.ts";
import type { Database } from "../database/database.ts";
import { DatabaseError } from "../database/database.ts";
import { inLists } from "../database/in_lists.ts";
import { MAX_MEDIA_FILES, type MediaBook, type MediaFile } from "./media_book.ts";

const COLUMNS = ["name", "content_type", "width", "height", "bytes", "body", "created_at"];

/** The pictures in `media_file`. */
export class SqlMediaBook implements MediaBook {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #maxFiles: number;

  constructor(database: Database, clock: Clock, maxFiles = MAX_MEDIA_FILES) {
    this.#database = database;
    this.#clock = clock;
    this.#maxFiles = maxFiles;
  }

  async put(files: MediaFile[]): Promise<"kept" | "full"> {
    const known = new Set(await this.known(files.map(({ name }) => name)));
    const fresh = files.filter(({ name }) => !known.has(name));
    if (fresh.length === 0) return "kept";
    const [count] = await this.#database.query<{ files: number }>(
      "SELECT COUNT(*) AS files FROM media_file",
    );
    if (count!.files + fresh.length > this.#maxFiles) return "full";
    const now = this.#clock();
    const rows = fresh.map(({ name, contentType, width, height, body }) => {
      const bytes = Math.floor(body.length * 3 / 4);
      return [name, contentType, width, height, bytes, body, now];
    });
    try {
      await this.#database.insertMany("media_file", COLUMNS, rows);
    } catch (error) {
      // Somebody else has just uploaded the same picture: its names say that it is the same.
      if (!(error instanceof DatabaseError && error.fault === "duplicate")) throw error;
    }
    return "kept";
  }

  async get(name: string): Promise<MediaFile | null> {
    const [row] = await this.#database.query<
      { content_type: string; width: number; height: number; body: string }
    >("SELECT content_type, width, height, body FROM media_file WHERE name = ?", [name]);
    if (!row) return null;
    const { content_type, width, height, body } = row;
    return { name, contentType: content_type, width, height, body };
  }

  async known(names: string[]): Promise<string[]> {
    const found: string[] = [];
    for (const { marks, values } of inLists(names)) {
      const rows = await this.#database.query<{ name: string }>(
        `SELECT name FROM media_file WHERE name IN (${marks})`,
        values,
      );
      found.push(...rows.map(({ name }) => name));
    }
    return found;
  }
}

import { createHash } from "node:crypto";
import { LARGEST_SIDE, MEDIA_PATH, mediaForms, SMALLER_SIDES } from "../../shared/media.ts";
import type { MediaBook, MediaFile } from "./media_book.ts";
import { type PictureFormat, readPictureHead } from "./picture_size.ts";
import type { MadePicture, ResizePicture } from "./resize_picture.ts";

/** Most pixels of a picture: 100 MB while it is worked on. */
export const MAX_PIXELS = 25_000_000;

/** Pictures that wait or are worked on: each has a core and its memory for some seconds. */
const MAX_WAITING = 16;

/** What became of an upload. */
export type MediaUpload =
  | { kind: "kept"; path: string; width: number; height: number }
  | { kind: "refused"; reason: string }
  | { kind: "full" | "busy" };

/** What uploads work with. */
export interface MediaDeskParts {
  book: MediaBook;
  resize: ResizePicture;
}

/** Takes pictures from operators: checked, turned the right way up, in three sizes, as WebP. */
export class MediaDesk {
  readonly #parts: MediaDeskParts;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: MediaDeskParts) {
    this.#parts = parts;
  }

  /** Takes one picture. The same bytes again give the same path. */
  async take(bytes: Uint8Array<ArrayBuffer>): Promise<MediaUpload> {
    const head = readPictureHead(bytes);
    if (!head) return refused("A picture must be a JPEG, PNG or WebP file");
    const { format, width, height } = head;
    if (width < 1 || height < 1 || width * height > MAX_PIXELS) {
      return refused(
        `A picture must have at most ${MAX_PIXELS} pixels: this one has ${width} x ${height}`,
      );
    }
    if (this.#waiting >= MAX_WAITING) return { kind: "busy" };
    this.#waiting += 1;
    // One after the other, so that buyers keep the other cores.
    const mine = this.#last.then(() => this.#make(bytes, format));
    this.#last = mine.catch(() => {}).then(() => this.#waiting -= 1);
    return await mine;
  }

  async #make(bytes: Uint8Array<ArrayBuffer>, format: PictureFormat): Promise<MediaUpload> {
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
    const sizes = [LARGEST_SIDE, ...SMALLER_SIDES];
    const answer = await this.#parts.resize({ format, bytes: bytes.slice().buffer, sizes });
    if (answer.kind === "too_slow") return refused("This picture takes too long to be read");
    if (answer.kind === "unreadable") return refused("This picture is damaged and cannot be read");
    return await this.#keep(hash, answer.pictures);
  }

  async #keep(hash: string, pictures: MadePicture[]): Promise<MediaUpload> {
    // A picture that was turned the right way up may have changed its sides.
    const { width, height } = pictures[0]!;
    const forms = mediaForms(hash, { width, height });
    const files: MediaFile[] = forms.map(({ name }, at) => ({
      name,
      contentType: "image/webp",
      width: pictures[at]!.width,
      height: pictures[at]!.height,
      body: new Uint8Array(pictures[at]!.bytes).toBase64(),
    }));
    if (await this.#parts.book.put(files) === "full") return { kind: "full" };
    return { kind: "kept", path: MEDIA_PATH + forms[0]!.name, width, height };
  }
}

function refused(reason: string): MediaUpload {
  return { kind: "refused", reason };
}

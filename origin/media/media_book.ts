/** One form of a picture as it is kept. */
export interface MediaFile {
  /** Says what is in it, so a name never shows anything else: see `shared/media.ts`. */
  name: string;
  contentType: string;
  width: number;
  height: number;
  /** Base64. */
  body: string;
}

/** Most files that are kept, three for each picture: about 3 GB. */
export const MAX_MEDIA_FILES = 30_000;

/** The pictures of products, in the database: every origin has them, and so has every backup. */
export interface MediaBook {
  /** Keeps all of them or, at the bound, none. Files that are known already stay as they are. */
  put(files: MediaFile[]): Promise<"kept" | "full">;
  get(name: string): Promise<MediaFile | null>;
  /** Which of these are known. */
  known(names: string[]): Promise<string[]>;
}

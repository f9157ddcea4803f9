/** Where pictures are served, on edges and in the back office. */
export const MEDIA_PATH = "/media/";

/** The longest sides of the smaller forms of a picture, px, the largest first. */
export const SMALLER_SIDES = [800, 400] as const;

/** The longest side of the largest form, px: a phone's or laptop's whole width, twice as dense. */
export const LARGEST_SIDE = 1_600;

/** One form of a picture. */
export interface MediaForm {
  /** As in `1f…-1600x1200-800.webp`. */
  name: string;
  width: number;
  height: number;
}

/** What an origin answers about a stored picture; `body` is base64. */
export interface MediaView extends MediaForm {
  contentType: string;
  body: string;
}

const NAME = /^([0-9a-f]{32})-(\d{1,4})x(\d{1,4})(?:-(\d{3}))?\.webp$/;

/** The same shape with the longer side at most `longest`; never larger than it was. */
export function fitInto(
  { width, height }: { width: number; height: number },
  longest: number,
): { width: number; height: number } {
  const factor = Math.min(1, longest / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
}

/** True for what may be the name of a stored picture. */
export function isMediaName(name: string): boolean {
  return NAME.test(name);
}

/**
 * All forms of the picture with this hash (32 hex digits) whose largest form has this size, the
 * largest first. Sizes follow from the name, so a page can offer them without asking anybody.
 */
export function mediaForms(hash: string, largest: { width: number; height: number }): MediaForm[] {
  const base = `${hash}-${largest.width}x${largest.height}`;
  const smaller = SMALLER_SIDES.map((side) => ({
    name: `${base}-${side}.webp`,
    ...fitInto(largest, side),
  }));
  return [{ name: `${base}.webp`, ...largest }, ...smaller];
}

/** The forms of an uploaded picture by its path, or null for any other path. */
export function formsOfPath(path: string): MediaForm[] | null {
  if (!path.startsWith(MEDIA_PATH)) return null;
  const [, hash, width, height, side] = NAME.exec(path.slice(MEDIA_PATH.length)) ?? [];
  if (hash === undefined || side !== undefined) return null;
  return mediaForms(hash, { width: Number(width), height: Number(height) });
}

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** The kinds of pictures that are taken. */
export type PictureFormat = "jpeg" | "png" | "webp";

/** What the first bytes of a picture say about it. */
export interface PictureHead extends Size {
  format: PictureFormat;
}

/**
 * Kind and size of a picture, read from its own bytes and not from what the sender calls it, before
 * anything is decoded: a few kilobytes can unfold into gigabytes. Null for any other kind of file.
 *
 * Sources: PNG (ISO 15948) IHDR; JPEG (ITU T.81) start-of-frame markers; RFC 9649 for WebP.
 */
export function readPictureHead(bytes: Uint8Array): PictureHead | null {
  return readPng(bytes) ?? readWebp(bytes) ?? readJpeg(bytes);
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const textAt = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));

function readPng(bytes: Uint8Array): PictureHead | null {
  if (bytes.length < 24 || textAt(bytes, 0, 8) !== "\x89PNG\r\n\x1a\n") return null;
  if (textAt(bytes, 12, 4) !== "IHDR") return null;
  const data = view(bytes);
  return { format: "png", width: data.getUint32(16), height: data.getUint32(20) };
}

function readWebp(bytes: Uint8Array): PictureHead | null {
  if (bytes.length < 30 || textAt(bytes, 0, 4) !== "RIFF" || textAt(bytes, 8, 4) !== "WEBP") {
    return null;
  }
  const data = view(bytes);
  const size = (width: number, height: number): PictureHead => ({ format: "webp", width, height });
  switch (textAt(bytes, 12, 4)) {
    case "VP8 ":
      return size(data.getUint16(26, true) & 0x3fff, data.getUint16(28, true) & 0x3fff);
    case "VP8L": {
      const bits = data.getUint32(21, true);
      return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case "VP8X":
      return size(
        (data.getUint32(24, true) & 0xffffff) + 1,
        ((data.getUint32(26, true) >>> 8) & 0xffffff) + 1,
      );
    default:
      return null;
  }
}

/** Segments before the frame of a JPEG that are passed over. */
const MAX_SEGMENTS = 1_000;

function readJpeg(bytes: Uint8Array): PictureHead | null {
  if (bytes.length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const data = view(bytes);
  let at = 2;
  for (let segments = 0; segments < MAX_SEGMENTS && at + 9 < bytes.length; segments++) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1]!;
    // A marker may be preceded by any number of fill bytes.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isStartOfFrame(marker)) {
      return { format: "jpeg", height: data.getUint16(at + 5), width: data.getUint16(at + 7) };
    }
    at += 2 + data.getUint16(at + 2);
  }
  return null;
}

/** C0 to CF but the three that begin something else: tables of Huffman and arithmetic codes. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

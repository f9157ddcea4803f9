/** Most characters of an address in text: eight groups, the last two as dotted IPv4. */
const MAX_TEXT_LENGTH = 45;

/** An address. What an IPv4 address maps to inside IPv6 (`::ffff:a.b.c.d`) is that IPv4 address. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** The address in unsigned 32-bit words, first word first: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
  /** The one text of this address: dotted decimal, or as RFC 5952 writes IPv6. */
  readonly text: string;
}

/** All addresses that begin with the same bits. */
export interface IpRange {
  readonly family: 4 | 6;
  /** The first address of the range, like `IpAddress.words`. */
  readonly words: readonly number[];
  /** Leading bits that count: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly prefix: number;
  /** The one text of this range, always with its prefix: `203.0.113.0/24`, `2001:db8::/32`. */
  readonly text: string;
}

/**
 * Reads an address as RFC 4291 and dotted decimal write it; null for anything else, such as a port,
 * a zone, brackets, white space, or a leading zero in IPv4 (some read it as octal).
 *
 * @example
 * parseIp("::ffff:203.0.113.7")?.text; // "203.0.113.7"
 * parseIp("2001:DB8:0:0:0:0:0:1")?.text; // "2001:db8::1"
 */
export function parseIp(text: string): IpAddress | null {
  const words = readWords(text);
  if (words === null) return null;
  if (words.length === 4 && isMapped(words)) return addressOf([words[3]!]);
  return addressOf(words);
}

/**
 * Reads a range: an address, `/` and a prefix; an address alone is a range of one. Bits behind the
 * prefix are cleared. A range inside `::ffff:0:0/96` is the IPv4 range that it maps; with a shorter
 * prefix no address that is meant could ever be in it. Null for that and for anything else.
 *
 * @example
 * parseCidr("203.0.113.7/24")?.text; // "203.0.113.0/24"
 * parseCidr("2001:db8::1")?.text; // "2001:db8::1/128"
 */
export function parseCidr(text: string): IpRange | null {
  const slash = text.indexOf("/");
  const words = readWords(slash < 0 ? text : text.slice(0, slash));
  if (words === null) return null;
  const prefix = slash < 0 ? words.length * 32 : readPrefix(text.slice(slash + 1));
  if (prefix === null || prefix > words.length * 32) return null;
  if (words.length === 1 || !isMapped(words)) return rangeOf(words, prefix);
  return prefix >= 96 ? rangeOf([words[3]!], prefix - 96) : null;
}

/** True when the address is in the range; one of the other family never is. */
export function contains(range: IpRange, ip: IpAddress): boolean {
  if (range.family !== ip.family) return false;
  for (let at = 0; at < ip.words.length; at += 1) {
    const difference = (range.words[at]! ^ ip.words[at]!) & maskOf(range.prefix - at * 32);
    if (difference !== 0) return false;
  }
  return true;
}

/** The range of that size around an address. `prefix` must fit the family. */
export function rangeAround(ip: IpAddress, prefix: number): IpRange {
  return rangeOf(ip.words, prefix);
}

function addressOf(words: readonly number[]): IpAddress {
  return words.length === 1
    ? { family: 4, words, text: dotted(words[0]!) }
    : { family: 6, words, text: colons(words) };
}

function rangeOf(words: readonly number[], prefix: number): IpRange {
  const first = addressOf(words.map((word, at) => (word & maskOf(prefix - at * 32)) >>> 0));
  return { ...first, prefix, text: `${first.text}/${prefix}` };
}

/** The mask of a word of which the first `bits` count; any number may come. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}

function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function readPrefix(text: string): number | null {
  return /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : null;
}

/** One word for IPv4, four for IPv6, null for neither. */
function readWords(text: string): number[] | null {
  if (text.length > MAX_TEXT_LENGTH) return null;
  if (text.includes(":")) return readIpv6(text);
  const word = readIpv4(text);
  return word < 0 ? null : [word];
}

/** The 32 bits of a dotted address, or -1. By character, because it runs for every request. */
function readIpv4(text: string): number {
  let word = 0;
  let parts = 0;
  let part = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : DOT;
    if (code === DOT) {
      if (part < 0 || parts === 4) return -1;
      word = word * 256 + part;
      parts += 1;
      part = -1;
      continue;
    }
    const digit = code - ZERO;
    if (digit < 0 || digit > 9 || part === 0) return -1;
    part = part < 0 ? digit : part * 10 + digit;
    if (part > 255) return -1;
  }
  return parts === 4 ? word : -1;
}

const DOT = 46;
const COLON = 58;
const ZERO = 48;

/** What `readIpv6` reads into; nothing waits between filling and reading it. */
const groups = new Uint16Array(8);

/** By character too: with split and patterns it took 3 µs instead of a fraction of one. */
function readIpv6(text: string): number[] | null {
  let count = 0;
  let gapAt = -1;
  let at = 0;
  if (text.startsWith("::")) {
    gapAt = 0;
    at = 2;
  }
  while (at < text.length) {
    const begin = at;
    let group = 0;
    let digit = hexDigit(text.charCodeAt(at));
    while (digit >= 0 && at - begin < 4) {
      group = group * 16 + digit;
      at += 1;
      digit = hexDigit(text.charCodeAt(at));
    }
    if (at === begin || count === 8) return null;
    if (text.charCodeAt(at) === DOT) {
      const word = readIpv4(text.slice(begin));
      if (word < 0 || count > 6) return null;
      groups[count] = word >>> 16;
      groups[count + 1] = word & 0xffff;
      count += 2;
      break;
    }
    groups[count] = group;
    count += 1;
    if (at === text.length) break;
    if (text.charCodeAt(at) !== COLON) return null;
    at += 1;
    if (text.charCodeAt(at) !== COLON) {
      if (at === text.length) return null;
      continue;
    }
    if (gapAt >= 0) return null;
    gapAt = count;
    at += 1;
  }
  if (gapAt < 0 ? count !== 8 : count > 7) return null;
  if (gapAt >= 0) {
    groups.copyWithin(gapAt + 8 - count, gapAt, count);
    groups.fill(0, gapAt, gapAt + 8 - count);
  }
  return [wordAt(0), wordAt(2), wordAt(4), wordAt(6)];
}

function wordAt(group: number): number {
  return groups[group]! * 65_536 + groups[group + 1]!;
}

/** The value of a hexadecimal digit, or -1, also for what `charCodeAt` gives behind the end. */
function hexDigit(code: number): number {
  if (code >= ZERO && code <= 57) return code - ZERO;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function dotted(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zeros as `::`. */
function colons(words: readonly number[]): string {
  let from = 8;
  let length = 1;
  for (let at = 0; at < 8; at += 1) {
    let end = at;
    while (end < 8 && groupOf(words, end) === 0) end += 1;
    if (end - at > length) {
      from = at;
      length = end - at;
    }
    at = end;
  }
  let text = "";
  for (let at = 0; at < 8; at += 1) {
    if (at === from) {
      text += "::";
      at += length - 1;
    } else {
      if (at > 0 && at !== from + length) text += ":";
      text += groupOf(words, at).toString(16);
    }
  }
  return text;
}

function groupOf(words: readonly number[], at: number): number {
  const word = words[at >>> 1]!;
  return (at & 1) === 0 ? word >>> 16 : word & 0xffff;
}

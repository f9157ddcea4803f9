/**
 * SHA-256 of short ASCII texts, and the work of the quiet way on top of it. In plain JavaScript
 * because browsers offer their own only on https, and only one promise at a time.
 */

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND = fractions(64, Math.cbrt);
/** The same of the square roots of the first 8. */
const START = fractions(8, Math.sqrt);

/** Longest text that fits one block. */
const MAX_LENGTH = 55;

const words = new Uint32Array(64);
const state = new Uint32Array(8);

function fractions(count, root) {
  const found = new Uint32Array(count);
  for (let number = 2, n = 0; n < count; number += 1) {
    let prime = true;
    for (let d = 2; d * d <= number && prime; d += 1) prime = number % d !== 0;
    if (prime) {
      const value = root(number);
      found[n] = (value - Math.floor(value)) * 2 ** 32;
      n += 1;
    }
  }
  return found;
}

/**
 * The eight 32-bit words of the SHA-256 of an ASCII text of at most 55 characters. The array is the
 * same one each time. @throws {RangeError} for a longer text.
 */
export function sha256Words(text) {
  const { length } = text;
  if (length > MAX_LENGTH) {
    throw new RangeError(`Cannot hash as a text has at most ${MAX_LENGTH} characters: ${length}`);
  }
  words.fill(0, 0, 16);
  for (let at = 0; at < length; at += 1) {
    words[at >> 2] |= text.charCodeAt(at) << (24 - 8 * (at & 3));
  }
  words[length >> 2] |= 0x80 << (24 - 8 * (length & 3));
  words[15] = length * 8;
  for (let n = 16; n < 64; n += 1) {
    const a = words[n - 15];
    const b = words[n - 2];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    words[n] = words[n - 16] + s0 + words[n - 7] + s1;
  }
  return compress();
}

function compress() {
  let [a, b, c, d, e, f, g, h] = START;
  for (let n = 0; n < 64; n += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[n] + words[n]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state.set(START);
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
  return state;
}

/**
 * The least number that makes the hash of `salt:index:number` begin with `bits` zero bits (1–31).
 * Takes 2^bits hashes on average. @throws {RangeError} when no 32-bit number does, which for fewer
 * than 28 bits nobody will see.
 */
export function findNumber(salt, index, bits) {
  for (let number = 0; number < 2 ** 32; number += 1) {
    if (sha256Words(`${salt}:${index}:${number}`)[0] >>> (32 - bits) === 0) return number;
  }
  throw new RangeError(`Cannot find a number as none fits: current value of bits is ${bits}`);
}

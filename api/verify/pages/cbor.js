"use strict";
// Base32 (RFC 4648, 6) and CBOR (RFC 8949), only as a seal has them: deterministic (4.2.1), nothing left over.
class Damaged extends Error {}
function demand(holds, what) {
  if (!holds) throw new Damaged(what);
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LONGEST_TEXT = 1024;

/** Read Base32 without padding, in either case. Throws Damaged. */
function fromBase32(text) {
  demand(text.length <= LONGEST_TEXT && /^[A-Za-z2-7]*$/.test(text), "letters");
  const bytes = [];
  let held = 0;
  let bits = 0;
  for (const letter of text.toUpperCase()) {
    held = (held << 5) | LETTERS.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(held >> bits);
    held &= (1 << bits) - 1;
  }
  demand(bits < 5 && held === 0, "last letter");
  return Uint8Array.from(bytes);
}

/** What stands behind a tag. */
class Tagged {
  constructor(tag, value) {
    Object.assign(this, { tag, value });
  }
}

const DEEPEST = 4;
const LEAST = { 24: 24, 25: 2 ** 8, 26: 2 ** 16, 27: 2 ** 32 };

/** Read one item, and nothing behind it: numbers, bytes, texts, arrays, maps with numbers for keys, tags. */
function fromCbor(bytes) {
  let at = 0;
  function take(count) {
    demand(count <= bytes.length - at, "end");
    at += count;
    return bytes.subarray(at - count, at);
  }
  function head() {
    const first = take(1)[0];
    const short = first & 31;
    if (short < 24) return [first >> 5, short];
    demand(short in LEAST, "length");
    const value = take(1 << (short - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
    demand(value >= LEAST[short] && Number.isSafeInteger(value), "number");
    return [first >> 5, value];
  }
  function entries(count, depth) {
    const found = new Map();
    let before = null;
    for (let left = count; left > 0; left--) {
      const start = at;
      const key = item(depth);
      const written = bytes.subarray(start, at);
      demand(typeof key === "number" && (!before || comesBefore(before, written)), "key");
      before = written;
      found.set(key, item(depth));
    }
    return found;
  }
  function item(depth) {
    demand(depth <= DEEPEST, "depth");
    const [kind, value] = head();
    if (kind === 0) return value;
    if (kind === 1) return -1 - value;
    if (kind === 2) return take(value).slice();
    if (kind === 3) return utf8(take(value));
    // Each item takes a byte at least: what announces more is refused before anything is made for it.
    demand(kind < 7 && (kind === 6 || value <= bytes.length - at), "kind");
    if (kind === 4) return Array.from({ length: value }, () => item(depth + 1));
    return kind === 5 ? entries(value, depth + 1) : new Tagged(value, item(depth + 1));
  }
  const found = item(0);
  demand(at === bytes.length, "rest");
  return found;
}

/** Tell whether one key's bytes go before another's, which also tells that they differ. */
function comesBefore(one, other) {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    if (one[index] !== other[index]) return one[index] < other[index];
  }
  return one.length < other.length;
}

function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Damaged("text");
  }
}

"use strict";
// Blind signatures in a browser: RSABSSA-SHA384-PSS-Randomized (RFC 9474). The key never sees what it signs.
const HASH_BYTES = 48;
const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const toNumber = (bytes) => bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
const toBytes = (number, length) =>
  Uint8Array.from({ length }, (_, place) => Number((number >> BigInt(8 * (length - 1 - place))) & 255n));
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const digest = async (name, bytes) => new Uint8Array(await crypto.subtle.digest(name, bytes));

// MGF1 over SHA-384 (RFC 8017, B.2.1).
async function mask(seed, length) {
  const blocks = [];
  for (let count = 0; count * HASH_BYTES < length; count++) {
    blocks.push(await digest("SHA-384", join(seed, toBytes(BigInt(count), 4))));
  }
  return join(...blocks).slice(0, length);
}

// EMSA-PSS-ENCODE (RFC 8017, 9.1.1) in so many bits.
async function encode(message, bits) {
  const length = Math.ceil(bits / 8);
  const salt = random(HASH_BYTES);
  const hash = await digest("SHA-384", join(new Uint8Array(8), await digest("SHA-384", message), salt));
  const block = join(new Uint8Array(length - 2 * HASH_BYTES - 2), [1], salt);
  const over = await mask(hash, block.length);
  const masked = block.map((byte, place) => byte ^ over[place]);
  masked[0] &= 255 >> (8 * length - bits);
  return join(masked, hash, [0xbc]);
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = base % modulus, left = exponent; left; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

// By Euclid's algorithm; none where the two share a factor.
function inverse(number, modulus) {
  let [a, b, x, y] = [number, modulus, 1n, 0n];
  while (b) {
    const times = a / b;
    [a, b, x, y] = [b, a - times * b, y, x - times * y];
  }
  return a === 1n ? ((x % modulus) + modulus) % modulus : null;
}

function invertible(modulus, length) {
  for (;;) {
    const drawn = toNumber(random(length));
    const inverted = drawn > 0n && drawn < modulus ? inverse(drawn, modulus) : null;
    if (inverted) return [drawn, inverted];
  }
}

// A token, prepared and blinded (RFC 9474, 4.1 and 4.2), in texts that can be kept until it is signed.
async function draw(key) {
  const [prefix, message, n] = [random(32), random(32), toNumber(fromText(key.n))];
  const bits = n.toString(2).length;
  const length = Math.ceil(bits / 8);
  const encoded = toNumber(await encode(join(prefix, message), bits - 1));
  const [blind, unblind] = invertible(n, length);
  const blinded = (encoded * power(blind, toNumber(fromText(key.e)), n)) % n;
  return {
    kid: key.kid,
    prefix: toText(prefix),
    message: toText(message),
    blinded: toText(toBytes(blinded, length)),
    unblind: toText(toBytes(unblind, length)),
  };
}

// Takes the blinding off (RFC 9474, 4.4); none where what is left is no signature.
async function finalize(key, drawn, signed) {
  const n = toNumber(fromText(key.n));
  const number = (toNumber(fromText(signed)) * toNumber(fromText(drawn.unblind))) % n;
  const signature = toBytes(number, fromText(key.n).length);
  const algorithm = { name: "RSA-PSS", hash: "SHA-384" };
  const jwk = { kty: key.kty, n: key.n, e: key.e };
  const verifier = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
  const prepared = join(fromText(drawn.prefix), fromText(drawn.message));
  const good = await crypto.subtle.verify({ name: "RSA-PSS", saltLength: HASH_BYTES }, verifier, signature, prepared);
  return good ? toText(signature) : null;
}

// The thumbprint of a key (RFC 7638), which is its name.
async function nameOf(key) {
  const members = JSON.stringify({ e: key.e, kty: key.kty, n: key.n });
  return toText(await digest("SHA-256", new TextEncoder().encode(members)));
}

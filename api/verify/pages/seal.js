// A seal: a CWT (RFC 8392) in COSE_Sign1 (RFC 9052), signed with ES256 under a key of the published set.
const SIGN1 = 18;
const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const KEY_ID_BYTES = 8;
const OWN_CLAIMS = -65537;
const bytesOf = (length) => (value) => value instanceof Uint8Array && (length === undefined || value.length === length);
const LATEST = 253402300799;
const isTime = (value) => Number.isInteger(value) && value >= 0 && value <= LATEST;
const isIndex = (value) => Number.isInteger(value) && value >= 0;
/** What can be shown as it stands: nothing invisible, and nothing that turns the direction of writing. */
const textOf = (longest) => (value) =>
  typeof value === "string" && /^(?:[^\p{C}\p{Z}]| )+$/u.test(value) && [...value].length <= longest;
/** Nobody's whole number: such a one has nine digits at least, whatever stands between them. */
const isHolder = (value) => textOf(40)(value) && (value.match(/\p{Nd}/gu) ?? []).length < 9;

/** Take from a map what is expected, and refuse whatever else it holds; `needed` of the names must be there. */
function fields(map, shape, needed) {
  demand(map instanceof Map, "map");
  const found = {};
  for (const [key, value] of map) {
    const [name, fits] = shape[key] ?? [];
    demand(name && fits(value), "claim");
    found[name] = value;
  }
  demand(needed.every((name) => name in found), "missing");
  return found;
}

const HEADERS = { 1: ["algorithm", (value) => value === -7], 4: ["keyId", bytesOf(KEY_ID_BYTES)] };
const CLAIMS = {
  1: ["issuer", textOf(64)],
  4: ["expires", isTime],
  6: ["issued", isTime],
  7: ["id", bytesOf(16)],
  [OWN_CLAIMS]: ["own", (value) => value instanceof Map],
};
const OWN = {
  1: ["procedure", textOf(64)],
  2: ["dossier", textOf(80)],
  3: ["holder", isHolder],
  4: ["fileHash", bytesOf(16)],
  5: ["index", isIndex],
};

/** Take a token apart; nothing of it is believed yet. Throws Damaged. */
function readToken(text) {
  const sealed = fromCbor(fromBase32(text.replace(/\s|%20/g, "")));
  demand(sealed instanceof Tagged && sealed.tag === SIGN1, "tag");
  demand(Array.isArray(sealed.value) && sealed.value.length === 4, "parts");
  const [head, open, payload, signature] = sealed.value;
  demand(bytesOf()(head) && open instanceof Map && open.size === 0 && bytesOf()(payload) && bytesOf(64)(signature), "parts");
  const { keyId } = fields(fromCbor(head), HEADERS, ["algorithm", "keyId"]);
  return { keyId, head, payload, signature };
}

/** Read what a token says. Throws Damaged, also for a claim that nobody here would show. */
function readClaims(payload) {
  const { own, ...common } = fields(fromCbor(payload), CLAIMS, ["issuer", "issued", "id", "own"]);
  const claims = { ...common, ...fields(own, OWN, ["index"]) };
  demand(claims.expires === undefined || claims.expires > claims.issued, "expires");
  return claims;
}

/** Return what is signed (RFC 9052, 4.4). */
function signedBytes({ head, payload }) {
  const name = new TextEncoder().encode("Signature1");
  return Uint8Array.from([0x84, 0x60 + name.length, ...name, ...asBytes(head), 0x40, ...asBytes(payload)]);
}

function asBytes(value) {
  const { length } = value;
  const head = length < 24 ? [0x40 + length] : length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255];
  return [...head, ...value];
}

/**
 * Say what a token is: {state: "good", claims}, or {state: "bad", reason}, where the reason is one of
 * damaged, unknown-key, forged and withdrawn (its key counts no more since before it was issued).
 */
async function checkSeal(text, keys) {
  try {
    const token = readToken(text);
    // Two keys may share their short id: each that fits is tried.
    const hinted = keys.filter(({ kid }) => hex(fromBase64(kid).slice(0, KEY_ID_BYTES)) === hex(token.keyId));
    const key = await signerOf(token, hinted);
    if (!key) return { state: "bad", reason: hinted.length ? "forged" : "unknown-key" };
    const claims = readClaims(token.payload);
    return countsAt(key, claims.issued) ? { state: "good", claims } : { state: "bad", reason: "withdrawn" };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { state: "bad", reason: "damaged" };
  }
}

async function signerOf(token, keys) {
  const signed = signedBytes(token);
  for (const key of keys) {
    if (await verifies(key, token.signature, signed)) return key;
  }
  return null;
}

const countsAt = ({ withdrawn_at: end }, time) => end === undefined || time < end;

async function verifies({ kty, crv, x, y }, signature, signed) {
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, ES256, false, ["verify"]);
  return crypto.subtle.verify(ES256, key, signature, signed);
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const uuid = (bytes) => hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

/** Read base64url (RFC 4648, 5). */
function fromBase64(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
}

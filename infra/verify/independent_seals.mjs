// A second reader of seals that shares nothing with ours: the package cborg, and Node's own cryptography.
// Takes {keys, tokens} as JSON on standard input, and answers for each token with its claims, or null.
import { createPublicKey, verify } from "node:crypto";
import { text } from "node:stream/consumers";
import { decode, encode, Tagged } from "cborg";

const { keys, tokens } = JSON.parse(await text(process.stdin));
const strict = { strict: true, useMaps: true, rejectDuplicateMapKeys: true, allowIndefinite: false };

function read(token) {
  const tagged = decode(token, { ...strict, tags: Tagged.preserve(18) });
  if (tagged.tag !== 18) throw new Error("tag");
  const [head, , payload, signature] = tagged.value;
  const kid = decode(head, strict).get(4);
  const signed = encode(["Signature1", head, new Uint8Array(), payload]);
  const good = keys
    .filter((key) => Buffer.from(key.kid, "base64url").subarray(0, 8).equals(kid))
    .some((jwk) => {
      const key = createPublicKey({ key: jwk, format: "jwk" });
      return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature);
    });
  if (!good) throw new Error("signature");
  return plain(decode(payload, strict));
}

function plain(value) {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}

const answers = tokens.map((token) => {
  try {
    return read(Buffer.from(token, "base64url"));
  } catch {
    return null;
  }
});
process.stdout.write(JSON.stringify(answers));

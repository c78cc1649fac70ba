// A status list: the IETF's Token Status List as a JWT, 2 bits for each seal, signed like the seals.
const ENTRIES = 2 ** 17;
const BITS = 2;
const STATUSES = { 0: "valid", 1: "revoked", 3: "superseded" };
const listOf = (index) => Math.floor(index / ENTRIES);

/**
 * Return {status, asOf, until} of a seal by a signed list; both times in seconds since 1970.
 * Throws where the list is not ours, is another one, or can not be read.
 */
async function statusIn(token, index, keys) {
  const [head, body, signature, ...more] = token.trim().split(".");
  demand(signature && !more.length, "parts");
  const { alg, typ, kid } = fromJson(head);
  demand(alg === "ES256" && typ === "statuslist+jwt", "header");
  const key = keys.find((one) => one.kid === kid);
  const told = fromJson(body);
  demand(key && countsAt(key, told.iat), "key");
  demand(await verifies(key, fromBase64(signature), new TextEncoder().encode(`${head}.${body}`)), "signature");
  // Each list names itself, so that none can be given for another.
  demand(new URL(told.sub).pathname.endsWith(`/v1/status-lists/${listOf(index)}`), "subject");
  demand(told.status_list.bits === BITS, "bits");
  const entries = await inflated(fromBase64(told.status_list.lst));
  const place = (index % ENTRIES) * BITS;
  demand(place >> 3 < entries.length, "length");
  const status = STATUSES[(entries[place >> 3] >> (place & 7)) & 3];
  demand(status, "status");
  return { status, asOf: told.iat, until: told.exp };
}

const fromJson = (text) => JSON.parse(utf8(fromBase64(text)));

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// What seal, answer and list come to, in one word that the page has sentences for.
const CODE = /^[0-9A-HJKMNP-TV-Z]{12}$/;

/** Return a code as we write it, or null: Crockford's alphabet, in which O is 0, and I and L are 1. */
function readCode(text) {
  const code = text.replace(/[\s-]|%20/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  return CODE.test(code) ? code : null;
}

/** Return {host, code, seal} of what a QR code or a line typed in says; host is null where it names none. */
function readLink(text) {
  const found = /^\s*https?:\/\/([^/?#]+)\/v\/([^/?#]*)[^#]*#?(.*)$/is.exec(text);
  if (found) return { host: found[1].toLowerCase(), code: found[2], seal: found[3] };
  const foreign = /^\s*[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text);
  return foreign ? { host: foreign[1].toLowerCase(), code: null, seal: "" } : { host: null, code: text, seal: "" };
}

/**
 * Judge.
 *   seal    {state: absent | good | bad | unchecked, reason, claims}
 *   online  {state: answered, body} | {state: unknown} (no such code) | {state: unreached}
 *   listed  {status, asOf, until} by the last signed list, or null
 *   fresh   whether the key set came from the network just now
 *   now     seconds since 1970
 * Returns {verdict, reason, source: online | list | none, asOf, told}.
 */
function judge({ seal, online, listed, fresh, now }) {
  if (seal.state === "bad") {
    const unsure = seal.reason === "unknown-key" && !fresh;
    return unsure ? unchecked("new-key") : foreign(seal.reason);
  }
  if (online.state === "unknown") return foreign("unknown-code");
  if (online.state === "answered") {
    const { body } = online;
    if (seal.state === "good" && uuid(seal.claims.id) !== body.seal_id.toLowerCase()) return foreign("mismatch");
    const told = { source: "online", asOf: body.as_of, told: body };
    // Reserved, and printed perhaps: what on, nobody knows but who printed it.
    if (body.status === "valid" && !body.file_hash) return { verdict: "valid", reason: "unbound", ...told };
    if (seal.state === "good") return { verdict: body.status, ...told };
    return { verdict: body.status, reason: seal.state === "absent" ? "no-seal" : "no-keys", ...told };
  }
  if (seal.state === "absent") return unchecked("nothing");
  if (seal.state === "unchecked") return unchecked("no-keys");
  if (listed) return byList(seal, listed, now);
  return past(seal, now) ? { verdict: "expired", source: "none" } : unchecked("no-status");
}

/** Go by a list kept from before. What it says against a seal stays true: a state goes one way only. */
function byList(seal, { status, asOf, until }, now) {
  const told = { source: "list", asOf: new Date(asOf * 1000).toISOString() };
  if (status !== "valid") return { verdict: status, ...told };
  if (past(seal, now)) return { verdict: "expired", ...told };
  return now < until ? { verdict: "valid", ...told } : { verdict: "unchecked", reason: "old-list", ...told };
}

const past = ({ claims }, now) => claims.expires !== undefined && claims.expires <= now;
const foreign = (reason) => ({ verdict: "foreign", reason, source: "none" });
const unchecked = (reason) => ({ verdict: "unchecked", reason, source: "none" });

/** Compare a file with what is known of the original: same | other | unknown. */
async function compareFile(file, seal, online) {
  const sealed = seal.state === "good" && seal.claims.fileHash ? hex(seal.claims.fileHash) : null;
  const expected = sealed ?? (online.state === "answered" ? online.body.file_hash : null);
  if (!expected) return "unknown";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return hex(digest.slice(0, 16)) === expected ? "same" : "other";
}

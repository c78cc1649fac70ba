// What is asked of the service, each in its time; whatever goes wrong on the way is "not reached".
const PATIENCE = 6000;

async function get(path, cache = "default") {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(path, { credentials: "omit", redirect: "error", cache, signal: stop.signal });
    return { answer, body: await answer.text() };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Ask for the status of a code. A malformed one is asked for as well: the answer is the service's to give.
 * No copy is used or left behind: the one would be older than it says, the other tells who was here.
 */
async function askStatus(code) {
  try {
    const { answer, body } = await get(`/v1/verifications/${encodeURIComponent(code)}`, "no-store");
    if (answer.ok) return { state: "answered", body: JSON.parse(body) };
    const ours = answer.headers.get("content-type")?.startsWith("application/problem+json");
    if (answer.status === 404 && ours) return { state: "unknown" };
    return { state: "unreached", limited: answer.status === 429 };
  } catch {
    return { state: "unreached" };
  }
}

/** Return {keys, fresh}: the published set, and whether it came from the network just now; null for none. */
async function askKeys() {
  try {
    const { answer, body } = await get("/.well-known/tindan-seal-keys.json");
    const keys = JSON.parse(body).keys.filter(({ kty, crv }) => kty === "EC" && crv === "P-256");
    return answer.ok ? { keys, fresh: !answer.headers.has("x-kept") } : null;
  } catch {
    return null;
  }
}

/** Return the status of a seal by the signed list, or null. Asked for online, too: so it is there offline. */
async function askList(index, keys) {
  try {
    const { answer, body } = await get(`/v1/status-lists/${listOf(index)}`);
    return answer.ok ? await statusIn(body, index, keys) : null;
  } catch {
    return null;
  }
}

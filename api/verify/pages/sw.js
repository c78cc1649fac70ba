"use strict";
// Keeps what is needed to verify without a network: the page, which is one for all codes, the keys, and the
// status lists that were seen. No code, no seal and no answer about a single document is kept.
const PAGE_CACHE = "tindan-verify-page-{{ version }}";
const DATA_CACHE = "tindan-verify-data-1";
const PAGE = "/V/-";
const KEYS = "/.well-known/tindan-seal-keys.json";
const IS_PAGE = /^\/V\/(?!sw\.js$)[^/]*$/;
const IS_LIST = /^\/v1\/status-lists\/\d+$/;
const PATIENCE = 4000;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(Promise.all([keep(PAGE_CACHE, PAGE), keep(DATA_CACHE, KEYS)]));
});

addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([clients.claim(), forget()]));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET") return;
  if (request.mode === "navigate") {
    // What is asked with `status` is made by the service, for browsers without script.
    if (IS_PAGE.test(pathname) && !searchParams.has("status")) event.respondWith(networkFirst(request, PAGE_CACHE, PAGE));
  } else if (pathname === KEYS || IS_LIST.test(pathname)) {
    event.respondWith(networkFirst(request, DATA_CACHE, pathname));
  }
});

async function keep(name, path) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-cache" });
  if (!answer.ok) throw new Error(path);
  await (await caches.open(name)).put(path, answer);
}

async function forget() {
  const names = (await caches.keys()).filter((name) => name.startsWith("tindan-verify-"));
  await Promise.all(names.filter((name) => name !== PAGE_CACHE && name !== DATA_CACHE).map((name) => caches.delete(name)));
}

/** Ask the network, and fall back on what was kept where it fails, falters or takes too long. */
async function networkFirst(request, name, path) {
  const cache = await caches.open(name);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(request, { signal: stop.signal });
    if (answer.status >= 500 || answer.status === 429) throw new Error("unavailable");
    if (answer.ok && mayBeKept(answer)) await cache.put(path, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(path);
    if (!kept) throw error;
    return marked(kept);
  } finally {
    clearTimeout(timer);
  }
}

/** Tell what is the same for everybody from what is about one document, which the service forbids to keep. */
const mayBeKept = ({ headers }) => !/no-store/i.test(headers.get("cache-control") ?? "no-store");

/** Say that an answer is not from just now. */
function marked(kept) {
  const headers = new Headers(kept.headers);
  headers.set("x-kept", "1");
  return new Response(kept.body, { status: kept.status, headers });
}

// From the address to a result, and on to the next one.
const LANGUAGE = "tindan.language";
/** In the place of a code: there is none yet, and one is to be scanned or typed. */
const NO_CODE = "-";
let turn = 0;

async function check() {
  const mine = ++turn;
  const code = decoded(location.pathname.split("/").pop());
  const text = location.hash.slice(1);
  shown = null;
  busy = Boolean(text) || code !== NO_CODE;
  by("verdict").hidden = by("details").hidden = true;
  draw();
  if (!busy) return;
  const [online, published] = await Promise.all([askStatus(code), askKeys()]);
  const keys = published?.keys ?? [];
  const seal = await sealIn(text, published);
  const listed = seal.claims ? await askList(seal.claims.index, keys) : null;
  if (mine !== turn) return;
  const fresh = Boolean(published?.fresh);
  const now = Date.now() / 1000;
  show({ code, seal, online, result: judge({ seal, online, listed, fresh, now }) });
}

async function sealIn(text, published) {
  if (!text) return { state: "absent" };
  try {
    return await checkSeal(text, published.keys);
  } catch {
    // Without keys, or in a browser without WebCrypto, nothing is said for or against a seal.
    return { state: "unchecked" };
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Check what was scanned or typed: a code, or a whole link, which must lead here. */
function follow(text) {
  const { host: named, code, seal } = readLink(text);
  if (named !== null && named !== location.host && named !== host) {
    turn++;
    show({ ...NOTHING, code: "", result: { verdict: "foreign", reason: "look-alike", source: "none", host: named } });
    return true;
  }
  const known = readCode(code ?? "");
  if (!known) return false;
  history.pushState(null, "", `/V/${known}${seal ? `#${seal}` : ""}`);
  check();
  return true;
}

by("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const wrong = !follow(by("code").value);
  by("code-wrong").hidden = !wrong;
  by("code").setAttribute("aria-invalid", String(wrong));
  by("code").setAttribute("aria-describedby", wrong ? "code-wrong code-hint" : "code-hint");
  if (wrong) by("code").focus();
  else by("code").value = "";
});
by("again").addEventListener("click", check);
by("language").addEventListener("click", (event) => {
  event.preventDefault();
  locale = by("language").lang;
  remember(locale);
  draw();
});
addEventListener("popstate", check);

/** Keep the language that was chosen; a browser may forbid it. */
function remember(chosen) {
  try {
    localStorage.setItem(LANGUAGE, chosen);
  } catch {}
}

function remembered() {
  try {
    return localStorage.getItem(LANGUAGE);
  } catch {
    return null;
  }
}

/** Once the worker has taken over, what this page has used is asked for through it, and so is there offline. */
async function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  const first = !navigator.serviceWorker.controller;
  await navigator.serviceWorker.register("/V/sw.js", { updateViaCache: "none" });
  if (!first) return;
  await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  const published = await askKeys();
  if (shown?.seal.claims && published) await askList(shown.seal.claims.index, published.keys);
}

locale = texts[remembered()] && !location.search ? remembered() : locale;
by("another").hidden = false;
check().then(keepForLater).catch(() => {});

const by = (id) => document.getElementById(id);
const locale = document.documentElement.lang;
const region = locale === "vi" ? "vi-VN" : "en-GB";
const words = by("words").dataset;
const written = locale === "vi" ? { day: "2-digit", month: "2-digit", year: "numeric" } : { dateStyle: "long" };
const day = (text) => new Intl.DateTimeFormat(region, { ...written, timeZone: "UTC" }).format(new Date(text));

// For this tab alone, and as long as it is open: the machine may be a shared one.
const kept = {
  get: (name) => JSON.parse(sessionStorage.getItem(`rating.${name}`)),
  drop: (name) => sessionStorage.removeItem(`rating.${name}`),
  put: (name, value) => sessionStorage.setItem(`rating.${name}`, JSON.stringify(value)),
};
let link, invitation;

class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function ask(path, body) {
  const sent = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const answer = await fetch(path, {
    ...sent,
    headers: { "content-type": "application/json", "accept-language": locale },
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
  });
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.detail ?? told.title, answer.status);
  return told;
}

// What the link brought leaves the address bar at once: addresses are kept in histories.
function takeLink() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.get("c") && given.get("p")) kept.put("link", { code: given.get("c"), proof: given.get("p") });
  history.replaceState(null, "", location.pathname + location.search);
  return kept.get("link");
}

// A key of one's own would tell this rating from all others: so anybody's key is asked for, without the link.
async function requireCommonKey({ key, agency, month }) {
  const path = `/v1/agencies/${encodeURIComponent(agency.code)}/ratings?month=${month}`;
  const { kid } = await ask(path);
  if (kid !== key.kid || kid !== (await nameOf(key))) throw new Refused(words.key);
}

async function rate(said) {
  let token = kept.get(link.code);
  if (!token) {
    await requireCommonKey(invitation);
    token = await draw(invitation.key);
    kept.put(link.code, token);
  }
  if (!token.signature) {
    const { signed } = await ask("/v1/rating-links/tokens", { ...link, blinded: token.blinded }).catch((error) => {
      // Another place was first, or it is too late: this token is signed no more.
      if (error.status === 409) kept.drop(link.code);
      throw error;
    });
    token.signature = await finalize(invitation.key, token, signed);
    if (!token.signature) throw new Refused(words.signature);
    delete token.unblind;
    delete token.blinded;
    kept.put(link.code, token);
  }
  const { kid, prefix, message, signature } = token;
  const { editable_until } = await ask("/v1/ratings", { kid, prefix, message, signature, ...said });
  kept.put(link.code, { ...token, said });
  return editable_until;
}

function choice(type, name, { code, name: label }, checked) {
  const [outer, input] = [document.createElement("label"), document.createElement("input")];
  Object.assign(input, { type, name, value: code, checked });
  outer.className = "choice";
  outer.append(input, label);
  return outer;
}

function showReasons(chosen) {
  const level = new FormData(by("form")).get("level");
  const offered = invitation.choices.find(({ code }) => code === level)?.reasons ?? [];
  by("reasons").hidden = !offered.length;
  by("reason-list").replaceChildren(
    ...offered.map((reason) => choice("checkbox", "reason", reason, chosen.includes(reason.code))),
  );
}

function showForm() {
  const said = kept.get(link.code)?.said;
  by("level-list").replaceChildren(
    ...invitation.choices.map((level) => choice("radio", "level", level, level.code === said?.level)),
  );
  by("text").value = said?.text ?? "";
  showReasons(said?.reasons ?? []);
  by("form").hidden = false;
}

function markLevel(missing) {
  by("level-wrong").hidden = !missing;
  if (missing) by("levels").setAttribute("aria-describedby", "level-wrong");
  else by("levels").removeAttribute("aria-describedby");
}

function show(id, text, focus = true) {
  for (const other of ["fault", "done", "note"]) by(other).hidden = other !== id;
  by(`${id}-text`).textContent = text;
  if (focus) by(id).focus();
}

async function attempt(work) {
  by("busy").textContent = words.busy;
  try {
    await work();
  } catch (error) {
    show("fault", error instanceof Refused ? error.message : words.offline);
  } finally {
    by("busy").textContent = "";
  }
}

async function open() {
  link = takeLink();
  if (!link) return show("note", words.missing, false);
  await attempt(async () => {
    invitation = await ask("/v1/rating-links/invitations", link).catch((error) => {
      throw error.status === 404 ? new Refused(words.unknown) : error;
    });
    by("about").textContent = [invitation.agency?.name, link.code].filter(Boolean).join(" · ");
    const token = kept.get(link.code);
    if (invitation.issued && !token) return show("note", words.elsewhere, false);
    if (invitation.state === "not_yet") return show("note", words.notYet, false);
    if (invitation.state === "closed" && !token?.said) return show("note", words.closed, false);
    by("note").hidden = true;
    showForm();
  });
}

by("form").addEventListener("change", ({ target }) => {
  if (target.name !== "level") return;
  showReasons([]);
  markLevel(false);
});
by("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(by("form"));
  const missing = !form.get("level");
  markLevel(missing);
  if (missing) return by("level-list").querySelector("input").focus();
  const said = { level: form.get("level"), reasons: form.getAll("reason"), text: form.get("text").trim() || null };
  by("send").disabled = true;
  attempt(async () => show("done", words.sent.replace("{day}", day(await rate(said))))).finally(() => {
    by("send").disabled = false;
  });
});
addEventListener("hashchange", () => location.hash && open());
open();

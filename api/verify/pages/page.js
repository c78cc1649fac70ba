// What the page shows: all of it follows from `shown`, so that a change of language draws it anew.
const by = (id) => document.getElementById(id);
const { texts, host } = JSON.parse(by("data").textContent);
const NOTHING = { seal: { state: "absent" }, online: { state: "unreached" }, listed: null, fresh: false };
let locale = document.documentElement.lang;
let shown = null;
let busy = false;

/** Return a code as it is printed. */
const grouped = (code) => code.replace(/.{4}(?=.)/g, "$&\u00a0");
const say = (key, values = {}) => texts[locale][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

function moment(time) {
  const region = locale === "vi" ? "vi-VN" : "en-GB";
  const zone = { timeZone: "Asia/Ho_Chi_Minh" };
  const date = new Date(time);
  const day = date.toLocaleDateString(region, { day: "2-digit", month: "2-digit", year: "numeric", ...zone });
  const hour = date.toLocaleTimeString(region, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });
  return { day, time: locale === "vi" ? `${hour} ngày ${day}` : `${hour}, ${day}` };
}

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function icon(tone) {
  const made = document.querySelector("#verdict .icon").cloneNode(true);
  made.firstElementChild.setAttribute("href", `#icon-${tone}`);
  return made;
}

/** Return how good the news is: good | warn | bad. */
function toneOf({ verdict, reason }) {
  if (verdict === "foreign" || verdict === "revoked") return "bad";
  return verdict === "valid" && !reason ? "good" : "warn";
}

function titleOf({ verdict, reason, source, asOf }) {
  if (verdict !== "valid") return say(verdict);
  if (reason) return say("valid.code");
  return source === "list" ? say("valid.list", moment(asOf)) : say("valid");
}

/** Return the sentences below the title. */
function sentences({ verdict, reason, told, host: elsewhere }) {
  if (verdict === "foreign" || verdict === "unchecked") return [say(`${verdict}.${reason}`, { host: elsewhere })];
  const lines = [];
  if (verdict !== "valid" || !reason) lines.push(say(verdict === "expired" && reason ? "expired.code" : `${verdict}.lead`));
  if (told?.since && verdict !== "valid") lines.push(say("since", moment(told.since)));
  if (told?.superseded_by) {
    const { code, issued_at: issued } = told.superseded_by;
    lines.push(say("superseded.by", { code: grouped(code), ...moment(issued) }));
  }
  if (told?.reason) lines.push(say("reason", { reason: told.reason }));
  if (reason) lines.push(say(reason));
  return lines;
}

const TONES = { good: "good", same: "good", bad: "bad", unknown: "bad", other: "warn" };

/** Return what was checked, each as [words, tone]. */
function checks({ seal, online, result, compared }) {
  const code = codeState(seal, online, result);
  const file = ["same", "other"].find((state) => state === compared?.state) ?? "none";
  return [
    [`${say("seal")}: ${say(`seal.${seal.state}`)}`, TONES[seal.state]],
    [`${say("code")}: ${say(`code.${code}`)}`, TONES[code]],
    statusCheck(result),
    [`${say("file")}: ${say(`file.${file}`)}`, TONES[file]],
  ];
}

/** Return how it stands and who says so: a good mark beside what was revoked would be misread. */
function statusCheck(result) {
  const { verdict, source } = result;
  if (source === "none") return [`${say("status")}: ${say("status.none")}`];
  const standing = verdict === "unchecked" ? "valid" : verdict;
  const tone = verdict === "valid" ? "good" : toneOf(result);
  return [`${say("status")}: ${say(`status.${standing}`)} (${say(`status.${source}`)})`, tone];
}

function codeState(seal, online, { reason }) {
  if (online.state === "unknown") return "unknown";
  if (online.state !== "answered") return "none";
  if (seal.state !== "good") return "known";
  return reason === "mismatch" ? "bad" : "good";
}

/** Return what the seal says; without one, what the service says of the code. */
function claims({ seal, online, code }) {
  const { procedure, dossier, holder, ...sealed } = seal.claims ?? {};
  const told = online.body ?? {};
  const issued = seal.claims ? sealed.issued * 1000 : told.issued_at;
  const expires = seal.claims ? sealed.expires && sealed.expires * 1000 : told.expires_at;
  const known = {
    code: grouped(readCode(code) ?? code),
    issuer: seal.claims ? sealed.issuer : told.issuer,
    procedure,
    dossier,
    holder,
    issued: issued && moment(issued).time,
    expires: expires ? moment(expires).time : say("never"),
  };
  return Object.entries(known).filter(([, value]) => value);
}

function draw() {
  document.documentElement.lang = locale;
  document.querySelectorAll("[data-t]").forEach((one) => { one.textContent = say(one.dataset.t); });
  document.title = `${say("title")} – ${host}`;
  const other = locale === "vi" ? "en" : "vi";
  Object.assign(by("language"), { lang: other, hreflang: other, href: `?lang=${other}`, textContent: texts[other].language });
  by("busy").textContent = busy ? say("busy") : "";
  if (shown) drawResult();
}

function drawResult() {
  const { result, online, seal } = shown;
  const tone = toneOf(result);
  by("verdict").className = tone;
  by("verdict").firstElementChild.replaceWith(icon(tone));
  by("words").textContent = titleOf(result);
  const lines = sentences(result);
  if (online.limited) lines.push(say("limited"));
  by("sentences").replaceChildren(...lines.map((line) => element("p", line)));
  by("as-of").textContent = result.asOf ? say(result.source, moment(result.asOf)) : "";
  by("claims-title").textContent = say(seal.claims ? "claims" : "claims.code");
  by("claims").replaceChildren(...(result.verdict === "foreign" ? [] : claims(shown)).map(pair));
  by("claims").parentElement.hidden = result.verdict === "foreign" || !(seal.claims || online.body);
  by("checks").replaceChildren(...checks(shown).map(checked));
  by("drop").hidden = !(seal.claims || online.body) || result.verdict === "foreign";
  drawCompared();
}

function pair([name, value]) {
  const row = document.createElement("div");
  row.append(element("dt", say(name)), element("dd", value, name === "code" ? "code" : ""));
  return row;
}

function checked([words, tone = "none"]) {
  const row = document.createElement("li");
  row.className = tone;
  row.append(icon(tone), element("span", words));
  return row;
}

function drawCompared() {
  const { compared } = shown;
  by("compared").className = { same: "good", other: "warn" }[compared?.state] ?? "none";
  by("compared").textContent = compared ? say(`drop.${compared.state}`, compared) : "";
}

/** Show a result, and lead whoever reads or listens to it. What is bad interrupts. */
function show(found) {
  busy = false;
  shown = { compared: null, ...found };
  by("announced").setAttribute("role", toneOf(shown.result) === "bad" ? "alert" : "status");
  draw();
  by("verdict").hidden = by("details").hidden = by("another").hidden = false;
  by("words").focus();
}

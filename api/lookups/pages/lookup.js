"use strict";
const by = (id) => document.getElementById(id);
const field = (name) => document.querySelector(`[data-field="${name}"]`);
const locale = document.documentElement.lang;
const inputs = ["code", "proof"].map(by);
const region = locale === "vi" ? "vi-VN" : "en-GB";
const timeZone = "Asia/Ho_Chi_Minh";
const hour = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const day = new Intl.DateTimeFormat(region, { day: "2-digit", month: "2-digit", year: "numeric", timeZone });
const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
const time = (text) => [hour, day].map((part) => part.format(new Date(text))).join(locale === "vi" ? " ngày " : ", ");

function ago(text) {
  const seconds = Math.min(0, (Date.parse(text) - Date.now()) / 1000);
  const [unit, length] = units.find(([, length]) => -seconds >= length) ?? ["second", Infinity];
  const count = Math.ceil(seconds / length);
  return new Intl.RelativeTimeFormat(region, { numeric: count ? "always" : "auto" }).format(count, unit);
}

// What the QR code brought leaves the address bar at once: addresses are kept in histories.
function takeFragment() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (!given.get("c")) return false;
  by("code").value = given.get("c");
  by("proof").value = given.get("s") ?? "";
  history.replaceState(null, "", location.pathname + location.search);
  return Boolean(given.get("s"));
}

function complete() {
  const missing = inputs.filter((input) => {
    const empty = !input.value.trim();
    input.setAttribute("aria-invalid", String(empty));
    input.setAttribute("aria-describedby", `${input.id}-hint${empty ? ` ${input.id}-wrong` : ""}`);
    by(`${input.id}-wrong`).hidden = !empty;
    return empty;
  });
  missing[0]?.focus();
  return !missing.length;
}

async function ask() {
  const answer = await fetch("/v1/lookups/dossiers", {
    method: "POST",
    headers: { "content-type": "application/json", "accept-language": locale },
    body: JSON.stringify(Object.fromEntries(inputs.map((input) => [input.id, input.value]))),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
  });
  return { ok: answer.ok, body: await answer.json() };
}

function showDossier(dossier) {
  field("code").textContent = dossier.code;
  field("status").textContent = dossier.status.name;
  field("since").textContent = time(dossier.status_since);
  field("procedure").textContent = dossier.procedure.name ?? dossier.procedure.code;
  field("agency").textContent = dossier.agency.name ?? dossier.agency.code;
  field("heard").textContent = `${ago(dossier.heard_at)} (${time(dossier.heard_at)})`;
  const due = field("due");
  due.parentElement.hidden = !dossier.due;
  if (dossier.due) {
    const notes = ["overdue", "paused"].filter((name) => dossier.due[name]).map((name) => due.dataset[name]);
    due.textContent = [time(dossier.due.at), ...notes].join(", ");
  }
  field("timeline").replaceChildren(...dossier.timeline.map(entry));
  by("form").hidden = true;
  show(by("found"), by("status"));
}

function entry({ status, occurred_at }) {
  const item = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = status.name;
  const when = document.createElement("time");
  when.dateTime = occurred_at;
  when.textContent = time(occurred_at);
  item.append(name, when);
  return item;
}

function showFault(detail) {
  field("detail").textContent = detail;
  show(by("fault"), by("fault-title"));
}

function show(section, heading) {
  section.hidden = false;
  heading.focus();
}

let asked = 0;
async function lookUp() {
  if (!complete()) return;
  const mine = ++asked;
  by("fault").hidden = by("found").hidden = true;
  by("busy").textContent = by("busy").dataset.text;
  let outcome;
  try {
    outcome = await ask();
  } catch {
    outcome = { ok: false, body: { detail: field("detail").dataset.offline } };
  }
  if (mine !== asked) return;
  by("busy").textContent = "";
  if (outcome.ok) showDossier(outcome.body);
  else showFault(outcome.body.detail);
}

by("form").addEventListener("submit", (event) => {
  event.preventDefault();
  lookUp();
});
by("again").addEventListener("click", () => {
  by("found").hidden = true;
  by("form").hidden = false;
  inputs.forEach((input) => { input.value = ""; });
  by("code").focus();
});
// The other language goes on with what was typed; the fragment reaches no server.
by("language").addEventListener("click", () => {
  const [c, s] = inputs.map((input) => input.value);
  if (c) by("language").hash = new URLSearchParams({ c, s }).toString();
});
function begin() {
  if (takeFragment()) lookUp();
}
addEventListener("hashchange", begin);
begin();

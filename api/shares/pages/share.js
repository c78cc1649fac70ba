"use strict";
const by = (id) => document.getElementById(id);
const field = (name) => document.querySelector(`[data-field="${name}"]`);
const locale = document.documentElement.lang;
const region = locale === "vi" ? "vi-VN" : "en-GB";
const timeZone = "Asia/Ho_Chi_Minh";
const hour = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const dayOf = (zone) => new Intl.DateTimeFormat(region, { day: "2-digit", month: "2-digit", year: "numeric", timeZone: zone });
const time = (text) => [hour, dayOf(timeZone)].map((part) => part.format(new Date(text))).join(locale === "vi" ? " ngày " : ", ");
const day = (text) => dayOf("UTC").format(new Date(text));
const token = location.pathname.split("/").pop();

async function visit() {
  const answer = await fetch(`/v1/shares/${token}/visits`, {
    method: "POST",
    headers: { "accept-language": locale },
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
  });
  return { ok: answer.ok, body: await answer.json() };
}

function link(address, text) {
  const made = document.createElement("a");
  made.href = address;
  made.textContent = text;
  made.rel = "noreferrer noopener";
  return made;
}

function entry(paper) {
  const item = by("document").content.cloneNode(true);
  const part = (name) => item.querySelector(`[data-part="${name}"]`);
  const fill = (name, text) => {
    part(name).textContent = text ?? "";
    part(name).parentElement.hidden = !text;
  };
  const words = part("files").dataset;
  const { code, name, since } = paper.standing;
  part("title").textContent = paper.title;
  part("standing").textContent = since ? `${name} (${words.since} ${time(since)})` : name;
  part("standing").classList.toggle("warn", code !== "valid");
  fill("number", paper.number);
  fill("issuer", paper.issuer);
  fill("issued", day(paper.issued_on));
  fill("expires", paper.expires_on && day(paper.expires_on));
  const kinds = { "application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG" };
  const copyFirst = [...paper.files].sort((one, other) => one.role.localeCompare(other.role));
  const files = copyFirst.map((file) => {
    const size = words.size.replace("{size}", Math.max(1, Math.round(file.size / 1000)).toLocaleString(region));
    return link(file.href, `${words[file.role]} (${kinds[file.media_type]}, ${size}): ${paper.title}`);
  });
  if (paper.verify_at) files.push(link(paper.verify_at, `${words.verify}: ${paper.title}`));
  part("files").replaceChildren(...files);
  return item;
}

function show(found) {
  field("purpose").textContent = found.purpose;
  field("until").textContent = time(found.ends_at);
  field("documents").replaceChildren(...found.documents.map(entry));
  field("none").hidden = found.documents.length > 0;
  by("closed").hidden = true;
  by("found").hidden = false;
  by("purpose").focus();
}

async function open() {
  by("open").disabled = true;
  by("fault").hidden = true;
  by("busy").textContent = by("busy").dataset.busy;
  let outcome;
  try {
    outcome = await visit();
  } catch {
    outcome = { ok: false, body: { detail: field("detail").dataset.offline } };
  }
  by("open").disabled = false;
  by("busy").textContent = outcome.ok ? by("busy").dataset.opened : "";
  if (outcome.ok) {
    show(outcome.body);
  } else {
    field("detail").textContent = outcome.body.detail;
    by("fault").hidden = false;
    by("fault-title").focus();
  }
}

by("open").addEventListener("click", open);

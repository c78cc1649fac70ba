"use strict";
// What is ticked off stays in this browser, and is told to nobody. Ids of papers outlast new versions.
const lists = [...document.querySelectorAll(".papers")];
const boxes = [...document.querySelectorAll(".papers input")];
const key = `tindan.papers.${lists[0]?.dataset.code}`;
const untick = document.getElementById("untick");

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(key));
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function keep() {
  const ids = boxes.filter((box) => box.checked).map((box) => box.dataset.id);
  try {
    if (ids.length) localStorage.setItem(key, JSON.stringify(ids));
    else localStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing still ticks.
  }
}

function count() {
  for (const list of lists) {
    const status = list.nextElementSibling;
    if (!status?.dataset.ticked) continue;
    const mine = [...list.querySelectorAll("input")];
    const ticked = mine.filter((box) => box.checked).length;
    const text = status.dataset.ticked.replace("{ticked}", ticked).replace("{all}", mine.length);
    status.textContent = ticked ? text : "";
  }
  untick.hidden = !boxes.some((box) => box.checked);
}

function begin() {
  const ids = new Set(kept());
  boxes.forEach((box) => { box.checked = ids.has(box.dataset.id); });
  count();
  boxes.forEach((box) => box.addEventListener("change", () => {
    keep();
    count();
  }));
  untick.addEventListener("click", () => {
    boxes.forEach((box) => { box.checked = false; });
    keep();
    count();
    boxes[0].focus();
  });
}
if (boxes.length) begin();

// A file is compared here, in the browser: it goes nowhere.
let comparing = 0;
async function compare(file) {
  const mine = ++comparing;
  const seen = shown;
  by("compared").className = "none";
  by("compared").textContent = say("drop.busy");
  let state;
  try {
    state = await compareFile(file, seen.seal, seen.online);
  } catch {
    state = "failed";
  }
  if (mine !== comparing || seen !== shown) return;
  shown.compared = { state, name: file.name };
  by("checks").replaceChildren(...checks(shown).map(checked));
  drawCompared();
}

by("file").addEventListener("change", () => {
  const [file] = by("file").files;
  if (file) compare(file);
  by("file").value = "";
});
const over = (on) => by("drop").classList.toggle("over", on);
addEventListener("dragover", (event) => {
  event.preventDefault();
  over(true);
});
addEventListener("dragleave", () => over(false));
// Anywhere on the page: a file that misses the frame is not to replace the page.
addEventListener("drop", (event) => {
  event.preventDefault();
  over(false);
  const [file] = event.dataTransfer.files;
  if (file && shown && !by("drop").hidden) compare(file);
});

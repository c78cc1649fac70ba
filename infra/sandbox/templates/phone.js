"use strict";
(() => {
  const list = document.getElementById("arrivals");
  const live = document.getElementById("live");
  const pause = 2000; // milliseconds between tries while nobody answers
  let last = Number(list.dataset.last);

  const say = (words) => {
    if (live.textContent !== words) live.textContent = words;
  };

  const ask = async () => {
    const answer = await fetch(`${list.dataset.news}&after=${last}`);
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const news = (await answer.text()).trim();
    const reached = Number(answer.headers.get("X-Last"));
    if (reached < last) return location.reload(); // another outbox counts from 1 again
    last = reached;
    say(live.dataset.live);
    if (!news) return;
    document.getElementById("nothing").hidden = true;
    list.insertAdjacentHTML("afterbegin", news);
  };

  const listen = async () => {
    for (;;) {
      try {
        await ask();
      } catch {
        say(live.dataset.lost);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  };

  say(live.dataset.live);
  listen();
})();

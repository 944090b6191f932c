// The projector's page asks for the current code and the count every few seconds. Without a network it says so: an old code is worthless.
(function () {
  "use strict";

  const board = document.querySelector("[data-projector]");
  if (!board || !window.fetch) { return; }
  const EVERY = 4000;
  const part = function (name) { return board.querySelector("[data-part=" + name + "]"); };
  let left = Number(board.dataset.left);
  let asking = false;

  function show(now) {
    if (now.on !== (board.dataset.on === "yes")) { location.reload(); return; }
    left = now.left;
    part("count").textContent = now.count;
    if (!now.on) { return; }
    if (part("picture").getAttribute("src") !== now.picture) { part("picture").src = now.picture; }
    part("digits").textContent = now.digits;
  }

  function ask() {
    if (asking) { return; }
    asking = true;
    fetch(board.dataset.projector, { credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" } })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) { location.reload(); throw new Error("gone"); }
        return answer.json();
      })
      .then(function (now) { part("lost").hidden = true; show(now); }, function () { part("lost").hidden = false; })
      .then(function () { asking = false; });
  }

  window.setInterval(ask, EVERY);
  window.setInterval(function () {
    left = left > 1 ? left - 1 : 30;
    part("left").textContent = board.dataset.words.replace("{n}", String(left));
    if (left === 30) { ask(); }
  }, 1000);
  part("left").textContent = board.dataset.words.replace("{n}", String(left));
}());

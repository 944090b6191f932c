// Tells the server that the page was shown and how long it was in sight. Nothing else is measured.
(function () {
  "use strict";
  var place = document.querySelector("[data-reading]");
  if (!place || !window.FormData || !navigator.sendBeacon) { return; }
  var SHOWN_AFTER = 3000;
  var seconds = 0;
  var since = document.hidden ? null : Date.now();
  var reported = -1;

  function read() {
    if (since !== null) { seconds += (Date.now() - since) / 1000; since = Date.now(); }
    return Math.round(seconds);
  }

  function report() {
    var time = read();
    if (time === reported) { return; }
    var form = new FormData();
    form.append("ticket", place.getAttribute("data-reading"));
    form.append("csrf_token", place.getAttribute("data-reading-token"));
    form.append("seconds", String(time));
    if (navigator.sendBeacon(place.getAttribute("data-reading-to"), form)) { reported = time; }
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) { report(); since = null; } else { since = Date.now(); }
  });
  window.addEventListener("pagehide", report);
  // Someone who leaves at once has not viewed the page.
  window.setTimeout(function () { if (!document.hidden) { report(); } }, SHOWN_AFTER);
}());

// The page of a lesson: reading time, and terms that say what they mean. One file, because each costs a slow network a request.

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

// A term shows its meaning on hover, focus or a first tap; Escape, leaving or a tap elsewhere hides it. The link stays a link.
(function () {
  "use strict";
  var links = document.querySelectorAll("dfn a[data-term]");
  if (!links.length) { return; }
  var LINGER = 250;
  var note = document.createElement("div");
  var owner = null;
  var timer = 0;
  var tapped = false;
  note.className = "term-note";
  note.id = "term-note";
  note.setAttribute("role", "tooltip");
  note.hidden = true;
  document.body.appendChild(note);

  function hide() {
    window.clearTimeout(timer);
    if (owner) { owner.removeAttribute("aria-describedby"); }
    owner = null;
    note.hidden = true;
  }

  function hideSoon() {
    window.clearTimeout(timer);
    timer = window.setTimeout(hide, LINGER);
  }

  function show(link) {
    window.clearTimeout(timer);
    if (owner === link) { return; }
    hide();
    owner = link;
    note.lang = link.closest("[lang]").lang;
    note.textContent = link.getAttribute("data-term");
    note.hidden = false;
    var term = link.getClientRects()[0] || link.getBoundingClientRect();
    var room = document.documentElement.clientWidth - note.offsetWidth - 16;
    var below = link.getBoundingClientRect().bottom + 6;
    var fits = below + note.offsetHeight <= window.innerHeight;
    note.style.left = window.pageXOffset + Math.max(16, Math.min(term.left, room)) + "px";
    note.style.top = window.pageYOffset + (fits ? below : term.top - note.offsetHeight - 6) + "px";
    link.setAttribute("aria-describedby", note.id);
  }

  Array.prototype.forEach.call(links, function (link) {
    link.addEventListener("mouseenter", function () { show(link); });
    link.addEventListener("mouseleave", hideSoon);
    link.addEventListener("focus", function () { show(link); });
    link.addEventListener("blur", hide);
    link.addEventListener("touchstart", function () { tapped = owner !== link; }, { passive: true });
    link.addEventListener("click", function (event) {
      if (tapped) { event.preventDefault(); show(link); }
      tapped = false;
    });
  });
  note.addEventListener("mouseenter", function () { window.clearTimeout(timer); });
  note.addEventListener("mouseleave", hideSoon);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { hide(); } });
  document.addEventListener("touchstart", function (event) {
    if (owner && !note.contains(event.target) && event.target !== owner) { hide(); }
  }, { passive: true });
}());

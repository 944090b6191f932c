// Shows the attendance lists that somebody kept on this device while there is no network. Its reach is the lists of one training. What is
// kept belongs to one signed-in session: the page puts it there, and it goes as soon as the server asks to sign in again.
"use strict";

const KEPT = "attendance:";

self.addEventListener("install", function () { self.skipWaiting(); });
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

function forget() {
  return caches.keys().then(function (names) {
    return Promise.all(names.filter(function (name) { return name.indexOf(KEPT) === 0; }).map(function (name) { return caches.delete(name); }));
  });
}

function kept(request) {
  return caches.match(request, { ignoreSearch: request.mode === "navigate", ignoreVary: true }).then(function (found) {
    return found || Response.error();
  });
}

self.addEventListener("fetch", function (event) {
  const request = event.request;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) { return; }
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).then(function (answer) {
      const refused = answer.type === "opaqueredirect" || answer.redirected || answer.status === 401 || answer.status === 403 || answer.status === 404;
      return refused ? forget().then(function () { return answer; }) : answer;
    }, function () { return kept(request); }));
    return;
  }
  if (["style", "script", "image", "font"].indexOf(request.destination) >= 0) {
    event.respondWith(fetch(request).catch(function () { return kept(request); }));
  }
});

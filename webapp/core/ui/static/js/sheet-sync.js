// Brings changes of a sheet to the server and back: one request at a time, each change with an id of its own, sent again with the same id
// until it is answered; what is not answered is kept on this device. `LocalGoals.sheetSync(options)`.
(function () {
  "use strict";

  const root = window.LocalGoals = window.LocalGoals || {};
  const RETRY = [2, 4, 8, 15, 30];
  const TIMEOUT = 20000;
  const AT_ONCE = 200;
  const REST = 800;
  const LONGEST = 3000;
  const TOGETHER = 4000;
  const ALONE = 20000;

  // options: url, section, version, token(), renew(), store, at(), typing(path), on: {state, value, result, news, refused, closed}
  root.sheetSync = function (options) {
    const kept = options.store.load();
    const waiting = new Map();
    const known = options.known;
    let sent = kept.sent;
    let version = options.version;
    let busy = false;
    let tries = 0;
    let closed = false;
    let renewed = false;
    let poll = 0;
    let due = 0;
    let since = 0;
    let company = false;
    const self = { refused: kept.refused, held: kept.held };

    kept.waiting.forEach(function (each) { waiting.set(each.path, each); });

    function persist() {
      options.store.save({ sent: sent, waiting: Array.from(waiting.values()), refused: self.refused, held: self.held });
    }

    function underWay(path) { return sent.some(function (each) { return each.path === path; }); }

    function same(a, b) { return JSON.stringify(a === undefined ? null : a) === JSON.stringify(b === undefined ? null : b); }

    self.dirty = function (path) { return waiting.has(path) || underWay(path) || path in self.refused; };
    self.pending = function () { return sent.length + waiting.size; };
    self.restored = sent.concat(Array.from(waiting.values()));
    self.version = function () { return version; };
    self.isClosed = function () { return closed; };

    function show() {
      if (closed) { return; }
      if (self.pending()) {
        options.on.state(busy && !tries ? "saving" : navigator.onLine === false ? "offline" : tries ? "failed" : "saving", self.pending());
      } else { options.on.state(Object.keys(self.refused).length ? "refused" : "saved", 0); }
    }

    // A value in its stored form. `soon`: the reader is still typing.
    self.change = function (path, value, soon) {
      const before = waiting.get(path);
      delete self.refused[path];
      if (!underWay(path) && same(known[path], value)) { waiting.delete(path); } else {
        waiting.set(path, {
          id: before ? before.id : root.uuid(), path: path, base: before ? before.base : version, value: value, device_at: new Date().toISOString()
        });
      }
      persist();
      show();
      plan(soon);
    };

    // What no field takes stays on this device with its sentence.
    self.refuse = function (path, raw) {
      waiting.delete(path);
      self.refused[path] = raw;
      persist();
      show();
    };

    function plan(soon) {
      const now = Date.now();
      if (!waiting.size) { return; }
      since = since || now;
      window.clearTimeout(due);
      due = window.setTimeout(send, soon ? Math.max(0, Math.min(REST, since + LONGEST - now)) : 0);
    }

    self.flush = function () { window.clearTimeout(due); send(); };
    self.ask = function () { if (!busy) { send(true); } };

    function send(asking) {
      if (busy || closed || (!self.pending() && !asking)) { return; }
      window.clearTimeout(poll);
      window.clearTimeout(due);
      since = 0;
      if (!sent.length) {
        Array.from(waiting.values()).slice(0, AT_ONCE).forEach(function (each) { sent.push(each); waiting.delete(each.path); });
      }
      busy = true;
      persist();
      show();
      request(options.url + "changes", JSON.stringify({ since: version, at: options.at(), section: options.section, changes: sent }), "application/json")
        .then(function (told) { tries = 0; renewed = false; done(told); }, failed);
    }

    // Resolves with the answer, or rejects with {kind, sentence, status}.
    function request(url, body, type) {
      const stop = window.AbortController ? new AbortController() : null;
      const late = window.setTimeout(function () { if (stop) { stop.abort(); } }, TIMEOUT);
      const headers = { Accept: "application/json", "X-CSRFToken": options.token() };
      if (type) { headers["Content-Type"] = type; }
      return fetch(url, { method: "POST", body: body, credentials: "same-origin", redirect: "manual", headers: headers, signal: stop ? stop.signal : undefined })
        .then(function (answer) {
          window.clearTimeout(late);
          if (answer.type === "opaqueredirect" || answer.status === 401) { throw { kind: "signed-out" }; }
          if (answer.status >= 500 || answer.status === 429 || answer.status === 408) { throw { kind: "again" }; }
          return answer.json().then(function (told) {
            if (!answer.ok) { throw { kind: "told", sentence: told.sentence || "", status: answer.status, state: told.state }; }
            return told;
          }, function () { throw { kind: answer.status === 400 ? "stale" : "gone", status: answer.status }; });
        }, function () { window.clearTimeout(late); throw { kind: "again" }; });
    }

    // A request beside the queue, such as a file, a paste, a choice: its answer is taken like any other.
    self.post = function (path, body) {
      const json = !(body instanceof FormData);
      return request(options.url + path, json ? JSON.stringify(Object.assign({ since: version }, body)) : body, json ? "application/json" : "")
        .then(function (told) { take(told, []); return told; });
    };

    function failed(why) {
      busy = false;
      if (why instanceof Error) { throw why; }
      if (why.kind === "stale" && !renewed) {
        renewed = true;
        options.renew().then(function () { send(true); }, function () { again("failed"); });
        return;
      }
      if (why.kind === "told" || why.kind === "gone" || why.kind === "stale") {
        if (why.kind === "told" && (why.status === 409 || why.status === 403)) { closed = true; options.on.closed(why.sentence); return; }
        options.on.state("gone", self.pending());
        closed = why.kind !== "told";
        return;
      }
      again(why.kind === "signed-out" ? "signed-out" : navigator.onLine === false ? "offline" : "failed");
    }

    function again(state) {
      const seconds = RETRY[Math.min(tries, RETRY.length - 1)];
      tries += 1;
      if (self.pending() || state === "signed-out") { options.on.state(options.store.kept ? state : "unkept", self.pending()); }
      window.clearTimeout(poll);
      poll = window.setTimeout(function () { send(true); }, seconds * 1000);
    }

    function done(told) {
      const answered = sent;
      sent = [];
      busy = false;
      take(told, answered);
      if (waiting.size) { plan(false); } else { rest(); }
    }

    function rest() {
      window.clearTimeout(poll);
      if (!document.hidden && !closed) { poll = window.setTimeout(function () { send(true); }, company ? TOGETHER : ALONE); }
    }

    function take(told, answered) {
      const own = new Set();
      const byId = new Map(told.results.map(function (each) { return [each.id, each]; }));
      answered.forEach(function (each) {
        const result = byId.get(each.id);
        if (!result) { return; }
        if (result.version) { own.add(each.path + ":" + result.version); }
        settle(each, result, told);
      });
      told.changes.forEach(function (each) {
        if (own.has(each.path + ":" + each.version) || waiting.has(each.path) || underWay(each.path)) { return; }
        const before = known[each.path];
        known[each.path] = each.value;
        if (!(each.path in self.refused) && !same(before, each.value)) { options.on.value(each.path, each.value, each); }
      });
      version = Math.max(version, told.version);
      company = told.present.length > 0;
      persist();
      options.on.news(told);
      if (told.writes === false && !closed) { closed = true; options.on.closed(""); }
      show();
    }

    function settle(entry, result, told) {
      const newer = waiting.get(entry.path);
      known[entry.path] = result.value;
      if (result.outcome === "refused") {
        if (!newer) { self.refused[entry.path] = entry.value; }
        options.on.refused(entry.path, result.message);
        return;
      }
      if (result.outcome === "conflict") {
        if (newer) { self.held[entry.id] = newer.value; waiting.delete(entry.path); }
        options.on.value(entry.path, result.value, {});
        return;
      }
      if (!newer) {
        if (!same(entry.value, result.value) || result.outcome === "merged") { options.on.value(entry.path, result.value, { merged: result.outcome === "merged", told: told }); }
        return;
      }
      if (same(entry.value, result.value)) { newer.base = result.version; return; }
      const joined = root.rebase(entry.value, newer.value, result.value);
      if (joined === null) { newer.base = Math.min(newer.base, entry.base); return; }
      newer.value = joined;
      newer.base = result.version;
      options.on.value(entry.path, joined, { merged: true, told: told, local: true });
    }

    document.addEventListener("visibilitychange", function () {
      if (document.hidden) { window.clearTimeout(poll); self.flush(); } else { send(true); }
    });
    window.addEventListener("online", function () { tries = 0; send(true); });
    window.addEventListener("offline", show);
    window.addEventListener("pagehide", function () { persist(); self.flush(); });
    window.addEventListener("beforeunload", function (event) {
      if (self.pending() && !options.store.kept) { event.preventDefault(); event.returnValue = ""; }
    });
    window.setInterval(function () { if (self.pending()) { persist(); } }, 5000);
    window.setTimeout(function () { send(true); }, sent.length || waiting.size ? 0 : 1000);
    show();
    return self;
  };
}());

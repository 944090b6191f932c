// Marks that are not yet on the server, kept on this device for one session and person, and the stopwatch that says how old they are.
(function () {
  "use strict";

  const root = window.LocalGoals = window.LocalGoals || {};
  const TICK = 1000;
  const JUMP = 5000;

  // A clock that only runs forward: this device's own may be wrong by hours and be set right at any moment. While the page is in view the
  // browser's timer is right; while it is not, the device may have slept, which that timer does not count.
  root.stopwatch = function (kept) {
    const self = {};
    let wall = Date.now();
    // Two pages of one device begin alike, so that one may send what the other marked.
    let total = kept && kept.total ? kept.total : wall;
    let timer = performance.now();
    let hidden = document.hidden;
    if (kept && kept.wall) { total += Math.max(0, wall - kept.wall); }

    self.read = function () {
      const nowWall = Date.now();
      const nowTimer = performance.now();
      const byWall = nowWall - wall;
      const byTimer = nowTimer - timer;
      const slept = byWall > byTimer + JUMP && (hidden || document.hidden);
      total += slept ? byWall : byTimer;
      wall = nowWall;
      timer = nowTimer;
      hidden = document.hidden;
      return total;
    };
    self.save = function () { return { total: self.read(), wall: wall }; };
    document.addEventListener("visibilitychange", function () { hidden = true; self.read(); });
    window.setInterval(self.read, TICK);
    return self;
  };

  // {queue, refused, states, since, watch}: marks to send in order, marks the server refused with its sentence, what it said last.
  root.attendanceStore = function (session, person) {
    const key = "attendance:" + session + ":" + person;
    const self = { kept: true };

    self.read = function () {
      let found = null;
      try { found = JSON.parse(localStorage.getItem(key) || "null"); } catch (error) { self.kept = false; }
      found = found && Array.isArray(found.queue) ? found : self.memory || {};
      return { queue: found.queue || [], refused: found.refused || [], states: found.states || {}, since: found.since || "", watch: found.watch || null };
    };

    self.write = function (state) {
      self.memory = state;
      try { localStorage.setItem(key, JSON.stringify(state)); self.kept = true; } catch (error) { self.kept = false; }
    };

    // Another tab may have marked meanwhile: what is written is always made of what is there.
    self.change = function (act) {
      const state = self.read();
      act(state);
      self.write(state);
      return state;
    };

    self.key = key;
    return self;
  };

  root.deviceId = function () {
    try {
      const found = localStorage.getItem("attendance-device") || root.rowId();
      localStorage.setItem("attendance-device", found);
      return found;
    } catch (error) { return root.rowId(); }
  };

  // The page and what it needs, put where the worker finds them without a network.
  root.keepPage = function (who) {
    const name = "attendance:" + who;
    const parts = document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src]");
    const assets = Array.prototype.map.call(parts, function (each) { return each.href || each.src; });
    return caches.open(name).then(function (cache) {
      return Promise.all([
        fetch(location.pathname, { credentials: "same-origin", redirect: "error" }).then(function (answer) {
          if (!answer.ok) { throw new Error("not kept"); }
          return cache.put(location.pathname, answer);
        }),
        cache.addAll(assets)
      ]);
    });
  };

  root.isKept = function (who) {
    return caches.open("attendance:" + who).then(function (cache) { return cache.match(location.pathname, { ignoreVary: true }); });
  };

  root.forgetOthers = function (who) {
    return caches.keys().then(function (names) {
      return Promise.all(names.filter(function (each) { return each.indexOf("attendance:") === 0 && each !== "attendance:" + who; }).map(function (each) {
        return caches.delete(each);
      }));
    });
  };
}());

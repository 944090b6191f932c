// What was typed and is not yet on the server, kept on this device: for each sheet and person, and each tab its own. What a tab that is
// gone has left is taken over by the next; sending a change twice does no harm, since its id is known.
(function () {
  "use strict";

  const ALIVE = 20000;
  const root = window.LocalGoals = window.LocalGoals || {};

  function random() {
    const bytes = new Uint8Array(16);
    window.crypto.getRandomValues(bytes);
    return bytes;
  }

  function hex(bytes) { return Array.from(bytes).map(function (each) { return each.toString(16).padStart(2, "0"); }).join(""); }

  root.uuid = function () {
    const bytes = random();
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  root.rowId = function () { return hex(random().slice(0, 8)); };

  root.sheetStore = function (sheet, person) {
    const prefix = "sheet:" + sheet + ":" + person + ":";
    let tab = root.rowId();
    try {
      tab = sessionStorage.getItem("sheet-tab") || tab;
      sessionStorage.setItem("sheet-tab", tab);
    } catch (error) { /* a closed store: this tab is known by chance alone */ }
    const own = prefix + tab;
    const self = { kept: true };

    function read(key) {
      try {
        const found = JSON.parse(localStorage.getItem(key) || "null");
        return found && Array.isArray(found.sent) && Array.isArray(found.waiting) ? found : null;
      } catch (error) { return null; }
    }

    // {sent, waiting, refused, held}: changes under way or sent without an answer; changes not sent; typed texts that no field takes;
    // newer words for a conflict.
    self.load = function () {
      const found = { sent: [], waiting: [], refused: {}, held: {} };
      const keys = [];
      try {
        for (let i = 0; i < localStorage.length; i += 1) {
          const key = localStorage.key(i);
          if (key.indexOf(prefix) === 0) { keys.push(key); }
        }
      } catch (error) { self.kept = false; }
      keys.forEach(function (key) {
        const each = read(key);
        if (key !== own && each && Date.now() - (each.alive || 0) < ALIVE) { return; }
        if (each) {
          found.sent = found.sent.concat(each.sent);
          found.waiting = found.waiting.concat(each.waiting);
          Object.assign(found.refused, each.refused);
          Object.assign(found.held, each.held);
        }
        if (key !== own) { try { localStorage.removeItem(key); } catch (error) { /* left for the next time */ } }
      });
      return found;
    };

    self.save = function (state) {
      const empty = !state.sent.length && !state.waiting.length && !Object.keys(state.refused).length && !Object.keys(state.held).length;
      try {
        if (empty) { localStorage.removeItem(own); } else {
          localStorage.setItem(own, JSON.stringify(Object.assign({ alive: Date.now() }, state)));
        }
        self.kept = true;
      } catch (error) { self.kept = false; }
    };
    return self;
  };

  // Texts of one field: what was sent, what stands there now, and what the server made of what was sent. The words typed since are put
  // into the server's text where both touch different places; null where they do not.
  root.rebase = function (sent, now, server) {
    if (typeof sent !== "string" || typeof now !== "string" || typeof server !== "string") { return null; }
    const mine = span(sent, now);
    const theirs = span(sent, server);
    if (mine.end < theirs.start) { return now.slice(0, now.length - (sent.length - mine.end)) + server.slice(mine.end); }
    if (theirs.end < mine.start) {
      const shift = server.length - sent.length;
      return server.slice(0, mine.start + shift) + now.slice(mine.start, now.length - (sent.length - mine.end)) + server.slice(mine.end + shift);
    }
    return null;
  };

  function span(from, to) {
    let start = 0;
    let tail = 0;
    const most = Math.min(from.length, to.length);
    while (start < most && from[start] === to[start]) { start += 1; }
    while (tail < most - start && from[from.length - 1 - tail] === to[to.length - 1 - tail]) { tail += 1; }
    return { start: start, end: from.length - tail };
  }
}());

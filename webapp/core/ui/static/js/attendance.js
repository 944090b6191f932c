// The attendance list by thumb: a mark is sent at once, or kept on this device and sent when the network is back, each with an id of its own
// that is sent until it is answered. What others mark comes in every few seconds.
(function () {
  "use strict";

  const form = document.querySelector("form[data-attendance]");
  const root = window.LocalGoals;
  if (!form || !window.fetch || !root || !root.attendanceStore) { return; }
  const data = form.dataset;
  const RETRY = [2, 4, 8, 15, 30];
  const EVERY = 10000;
  const TIMEOUT = 20000;
  const LATE = 15;
  const store = root.attendanceStore(data.session, data.person);
  const device = root.deviceId();
  const rows = new Map();
  const part = function (name) { return document.querySelector("[data-part=" + name + "]"); };
  const watch = root.stopwatch(store.read().watch);
  let queued = new Map();
  let busy = false;
  let tries = 0;
  let trouble = "";
  let renewed = false;
  let timer = 0;
  // How far this device's clock is from the server's: right for times that are shown, whatever the device believes.
  const offset = new Date(data.now).getTime() - Date.now();

  form.querySelectorAll("li[data-person]").forEach(function (item) {
    rows.set(item.dataset.person, {
      item: item, state: { presence: item.dataset.presence, arrived: item.dataset.arrived, left: item.dataset.left, mark: item.dataset.mark,
        clash: "clash" in item.dataset, version: Number(item.dataset.version) }
    });
  });

  function minutes(text) { const found = text.split(":"); return Number(found[0]) * 60 + Number(found[1]); }

  function clock(total) { return String(Math.floor(total / 60)).padStart(2, "0") + ":" + String(total % 60).padStart(2, "0"); }

  // The time of the venue, within the session: what a late one gets until somebody types another.
  function now() {
    const local = new Date(Date.now() + offset + Number(data.zone) * 60000);
    const total = local.getUTCHours() * 60 + local.getUTCMinutes();
    return clock(Math.min(Math.max(total, minutes(data.starts) + LATE + 1), minutes(data.ends) - 1));
  }

  // 9:05, 0905, 9：05 as 09:05; null for what is no time.
  function read(text) {
    const plain = text.trim().replace(/[０-９]/g, function (each) { return String.fromCharCode(each.charCodeAt(0) - 0xFEE0); });
    const found = /^(\d{1,2})[:：.．时]?(\d{2})分?$/.exec(plain);
    if (!plain) { return ""; }
    return found && Number(found[1]) < 24 && Number(found[2]) < 60 ? found[1].padStart(2, "0") + ":" + found[2] : null;
  }

  // The last mark of each person that still waits.
  function refresh() {
    queued = new Map(store.read().queue.map(function (each) { return [each.participant, each]; }));
  }

  function said(row) { return queued.get(row.item.dataset.person) || null; }

  function shown(row) { return said(row) || row.state; }

  function words(state) {
    if (state.presence !== "present") { return state.presence === "absent" ? data.wordAbsent : state.mark || state.id ? data.wordUnknown : ""; }
    const first = state.arrived ? data.wordLate.replace("{time}", state.arrived) : data.wordPresent;
    return state.left ? first + data.wordBetween + data.wordLeft.replace("{time}", state.left) : first;
  }

  function answer(state) { return state.presence === "present" ? state.arrived ? "late" : "present" : state.presence === "absent" ? "absent" : ""; }

  function draw(row) {
    const state = shown(row);
    const item = row.item;
    item.querySelectorAll("input[type=radio]").forEach(function (each) { each.checked = each.value === answer(state); });
    item.querySelectorAll("input[type=text]").forEach(function (each) {
      if (document.activeElement !== each) { each.value = each.name.indexOf("arrived") === 0 ? state.arrived : state.left; }
    });
    item.querySelector("[data-part=says]").textContent = words(state);
    const after = item.querySelector("input[name^=after-]");
    after.value = row.state.mark;
    item.querySelector("input[name^=was-]").value = [answer(row.state), row.state.arrived, row.state.left].join("/");
    if (said(row)) { item.dataset.waits = "yes"; } else { delete item.dataset.waits; }
  }

  function count() {
    const found = { present: 0, late: 0, absent: 0, unknown: 0 };
    rows.forEach(function (row) { found[answer(shown(row)) || "unknown"] += 1; });
    part("counts").textContent = data.wordCounts.replace(/\{(\w+)\}/g, function (_all, name) { return String(found[name]); });
    const other = Array.from(rows.values()).some(function (row) { return row.state.clash && !row.item.querySelector(".clash"); });
    part("clashes").hidden = !other;
  }

  function tell() {
    const state = store.read();
    const waiting = state.queue.length;
    const parts = [];
    if (waiting) { parts.push(waiting === 1 ? data.wordOne : data.wordMany.replace("{n}", String(waiting))); }
    if (trouble === "told") { parts.push(part("net").dataset.sentence || ""); }
    else if (trouble === "signed-out") { parts.push(data.wordSignedOut); }
    else if (navigator.onLine === false || trouble === "offline") { parts.push(data.wordOffline); }
    else if (trouble) { parts.push(data.wordFailed); }
    else if (!waiting) { parts.push(data.wordSent); }
    if (!store.kept) { parts.push(data.wordUnkept); }
    if (ready) { parts.push(data.wordReady); }
    part("net").textContent = parts.join(" ");
    const list = part("refused");
    list.hidden = !state.refused.length;
    list.textContent = "";
    state.refused.forEach(function (each) {
      const line = document.createElement("li");
      const row = rows.get(each.participant);
      line.textContent = (row ? row.item.querySelector("b").textContent + ": " : "") + words(each) + ". " + each.message;
      list.appendChild(line);
    });
  }

  function drawAll() {
    refresh();
    rows.forEach(draw);
    count();
    tell();
  }

  function mark(row, presence, arrived, left) {
    const before = shown(row);
    if (before.presence === presence && before.arrived === arrived && before.left === left) { return; }
    const made = {
      id: root.uuid(), participant: row.item.dataset.person, presence: presence, arrived: arrived, left: left, device: device,
      after: before.id ? [before.id] : row.state.mark ? [row.state.mark] : [], at: watch.read(), device_at: new Date().toISOString(),
      was: { presence: before.presence, arrived: before.arrived || "", left: before.left || "" }
    };
    store.change(function (state) {
      state.queue.push(made);
      state.refused = state.refused.filter(function (each) { return each.participant !== made.participant; });
      state.watch = watch.save();
    });
    row.last = made;
    refresh();
    draw(row);
    count();
    tell();
    send();
  }

  form.addEventListener("change", function (event) {
    const item = event.target.closest("li[data-person]");
    const row = item && rows.get(item.dataset.person);
    if (!row) { return; }
    const state = shown(row);
    if (event.target.type === "radio") {
      const late = event.target.value === "late";
      if (late) { item.querySelector("details").open = true; }
      mark(row, event.target.value === "absent" ? "absent" : "present", late ? state.arrived || now() : "", event.target.value === "absent" ? "" : state.left || "");
      return;
    }
    const typed = read(event.target.value);
    if (typed === null) { event.target.setAttribute("aria-invalid", "true"); return; }
    event.target.removeAttribute("aria-invalid");
    if (event.target.name.indexOf("arrived-") === 0) { mark(row, "present", typed, state.left || ""); } else { mark(row, "present", state.arrived || "", typed); }
  });

  let pressed = null;
  form.addEventListener("click", function (event) {
    pressed = event.target.closest("button") || pressed;
    const button = event.target.closest("[data-part=undo]");
    const row = button && rows.get(button.value);
    if (!row || (!row.last && navigator.onLine !== false && !store.read().queue.length)) { return; }
    event.preventDefault();
    const last = said(row) || row.last;
    if (!last) { part("net").textContent = data.wordNotUndone; return; }
    mark(row, last.was.presence, last.was.arrived, last.was.left);
  });

  form.addEventListener("submit", function (event) {
    // Enter in a field sends nothing: what was typed is marked already.
    if (!pressed || !pressed.name) { event.preventDefault(); }
  });

  function send() {
    if (busy || trouble === "told") { return; }
    window.clearTimeout(timer);
    const state = store.read();
    const sent = state.queue.slice(0, 200);
    const url = data.attendance + (sent.length ? "/marks" : "/changes?since=" + encodeURIComponent(state.since));
    const at = watch.read();
    const body = { since: state.since, marks: sent.map(function (each) {
      return { id: each.id, participant: each.participant, presence: each.presence, arrived: each.arrived, left: each.left, device: each.device,
        after: each.after, age_ms: Math.max(0, at - each.at), device_at: each.device_at };
    }) };
    busy = true;
    ask(url, sent.length ? body : null).then(function (told) { busy = false; done(told); }, function (why) { busy = false; failed(why); });
  }

  function ask(url, body) {
    const stop = window.AbortController ? new AbortController() : null;
    const late = window.setTimeout(function () { if (stop) { stop.abort(); } }, TIMEOUT);
    const headers = { Accept: "application/json" };
    if (body) { headers["Content-Type"] = "application/json"; headers["X-CSRFToken"] = form.elements.csrf_token.value; }
    const options = { method: body ? "POST" : "GET", credentials: "same-origin", redirect: "manual", headers: headers, signal: stop ? stop.signal : undefined };
    if (body) { options.body = JSON.stringify(body); }
    return fetch(url, options).then(function (answer) {
      window.clearTimeout(late);
      if (answer.type === "opaqueredirect" || answer.status === 401) { throw { kind: "signed-out" }; }
      if (answer.status >= 500 || answer.status === 429 || answer.status === 408) { throw { kind: "failed" }; }
      return answer.json().then(function (told) {
        if (!answer.ok) { throw { kind: "told", sentence: told.sentence || "" }; }
        return told;
      }, function () { throw { kind: answer.status === 400 ? "stale" : "failed" }; });
    }, function () { window.clearTimeout(late); throw { kind: "offline" }; });
  }

  function failed(why) {
    if (why instanceof Error) { throw why; }
    if (why.kind === "stale" && !renewed) {
      renewed = true;
      fetch(location.pathname, { credentials: "same-origin", redirect: "error" }).then(function (answer) { return answer.text(); }).then(function (text) {
        const found = new DOMParser().parseFromString(text, "text/html").querySelector("#list [name=csrf_token]");
        if (found) { form.elements.csrf_token.value = found.value; }
        send();
      }).catch(again);
      return;
    }
    trouble = why.kind;
    if (why.kind === "told") { part("net").dataset.sentence = why.sentence; tell(); return; }
    again();
  }

  function again() {
    tell();
    timer = window.setTimeout(send, RETRY[Math.min(tries, RETRY.length - 1)] * 1000);
    tries += 1;
  }

  function done(told) {
    tries = 0;
    trouble = "";
    renewed = false;
    const results = new Map(told.results.map(function (each) { return [each.id, each]; }));
    store.change(function (state) {
      state.queue.forEach(function (each) {
        const result = results.get(each.id);
        if (result && result.outcome === "refused") { state.refused.push(Object.assign({ message: result.message }, each)); }
      });
      state.queue = state.queue.filter(function (each) { return !results.has(each.id); });
      state.since = told.now;
      told.states.forEach(function (each) { state.states[each.participant] = each; });
      state.watch = watch.save();
    });
    told.states.forEach(function (each) { const row = rows.get(each.participant); if (row) { row.state = each; } });
    drawAll();
    if (store.read().queue.length) { send(); } else { rest(); }
  }

  function rest() {
    window.clearTimeout(timer);
    if (!document.hidden) { timer = window.setTimeout(send, EVERY); }
  }

  // Names are found while they are typed, by characters, by sound or by first letters.
  part("search").addEventListener("input", function (event) {
    const wanted = event.target.value.toLowerCase().split(/[\s,，、]+/).filter(Boolean);
    rows.forEach(function (row) {
      const terms = row.item.dataset.search.split(" ");
      const meets = wanted.every(function (word) { return terms.some(function (term) { return term.indexOf(word) === 0; }) || row.item.dataset.search.indexOf(" " + word) >= 0; });
      if (meets) { row.item.removeAttribute("data-gone"); } else { row.item.setAttribute("data-gone", ""); }
    });
  });
  part("search").addEventListener("submit", function (event) { event.preventDefault(); });

  let ready = false;
  const worker = navigator.serviceWorker && window.caches && window.isSecureContext;
  function setReady() { ready = true; part("ready").hidden = true; tell(); }
  if (worker) {
    root.forgetOthers(data.who).then(function () { return root.isKept(data.who); }).then(function (found) {
      if (!found) { part("ready").hidden = false; return; }
      setReady();
      if (navigator.onLine) { root.keepPage(data.who).catch(function () { /* the older copy stays */ }); }
    });
    part("ready").addEventListener("click", function () {
      navigator.serviceWorker.register(data.attendance.replace(/[^/]+$/, "worker.js"))
        .then(function () { return navigator.serviceWorker.ready; })
        .then(function () { return root.keepPage(data.who); })
        .then(setReady, function () { trouble = trouble || "failed"; tell(); });
    });
  }

  const stored = store.read();
  if (stored.since > data.now) {
    Object.keys(stored.states).forEach(function (each) { const row = rows.get(each); if (row && stored.states[each].version >= row.state.version) { row.state = stored.states[each]; } });
  } else { store.change(function (state) { state.since = data.now; state.states = {}; }); }
  document.querySelector("[data-net]").hidden = false;
  const save = part("save");
  if (save) { save.hidden = true; }
  drawAll();
  window.addEventListener("online", function () { tries = 0; send(); });
  window.addEventListener("offline", tell);
  window.addEventListener("storage", function (event) { if (event.key === store.key) { drawAll(); } });
  window.addEventListener("pagehide", function () { store.change(function (state) { state.watch = watch.save(); }); });
  document.addEventListener("visibilitychange", function () { if (document.hidden) { window.clearTimeout(timer); } else { send(); } });
  window.addEventListener("beforeunload", function (event) {
    if (store.read().queue.length && !store.kept) { event.preventDefault(); event.returnValue = ""; }
  });
  send();
}());

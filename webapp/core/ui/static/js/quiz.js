/* An attempt: saves each answer as it is given, counts down by the server's time, hands in at the end.
   Without this file the same forms and buttons do the same with a page each. */
(function () {
  "use strict";
  var form = document.querySelector("[data-quiz]");
  var bar = document.querySelector("[data-bar]");
  if (!bar || !window.fetch || !window.URLSearchParams || !window.FormData) { return; }
  var list = function (root, selector) { return Array.prototype.slice.call(root.querySelectorAll(selector)); };
  var badge = bar.querySelector("[data-saving]");
  var say = bar.querySelector("[data-say]");

  /* Time: seconds left as the server said, counted by this device's stopwatch. */
  var timer = bar.querySelector("[data-timer]");
  var endsAt = 0;
  var warned = {};
  var over = false;

  function sync(seconds) { endsAt = Date.now() + seconds * 1000; }

  function digits(seconds) {
    var two = function (n) { return (n < 10 ? "0" : "") + n; };
    var minutes = Math.floor(seconds / 60);
    return minutes < 60 ? minutes + ":" + two(seconds % 60) : Math.floor(minutes / 60) + ":" + two(minutes % 60) + ":" + two(seconds % 60);
  }

  function tick() {
    var left = Math.max(0, Math.round((endsAt - Date.now()) / 1000));
    timer.textContent = digits(left);
    bar.classList.toggle("soon", left <= 300);
    [[300, "soon"], [60, "last"]].forEach(function (at) {
      // Said when it comes to pass; whoever opens the page later reads the timer.
      if (left > at[0]) { warned[at[1]] = false; }
      if (left <= at[0] && left > 0 && warned[at[1]] === false) {
        warned[at[1]] = true;
        say.textContent = timer.dataset[at[1]];
      }
    });
    if (left === 0 && !over) {
      over = true;
      say.textContent = timer.dataset.over;
      handIn();
    }
  }

  function handIn() {
    var target = form || document.querySelector("[data-hand-in]");
    if (!target) { return; }
    if (form) {
      release();
      count();
      form.action = form.dataset.submit;
      if (form.dataset.sent) { delete form.dataset.sent; }
    }
    // Not through the submit event: a form that was just sent would hold this one back.
    HTMLFormElement.prototype.submit.call(target);
  }

  function run() {
    if (!timer) { return; }
    // The page may come out of the browser's memory long after it was made: then the next save tells the right time.
    sync(Number(timer.dataset.seconds));
    window.setInterval(tick, 500);
    tick();
  }
  if (!form) { run(); return; }

  /* Answers: one request at a time; a question that changes while its answer is under way is sent again. */
  var RETRY = [2, 4, 8, 15, 30];
  var TIMEOUT = 15000;
  var tab = Math.random().toString(36).slice(2, 12) + Date.now().toString(36).slice(-4);
  var sequence = 0;
  var waiting = [];
  var givenAt = {};
  var tries = 0;
  var busy = false;
  var flying = null;
  var stopped = false;
  var signedOut = false;
  var renewed = false;
  var retry = 0;
  var sets = list(form, "[data-q]");
  var words = form.dataset.states.split("|");

  function show(state, text) {
    badge.setAttribute("data-state", state);
    badge.querySelector("[data-text]").textContent = text;
  }

  function controls(set) { return list(set, "input:not([type=hidden]), select"); }

  function filled(set) {
    var all = controls(set);
    if (set.dataset.kind === "matching" || set.dataset.kind === "ordering") {
      var full = all.filter(function (each) { return each.value; }).length;
      return full === all.length ? 0 : full ? 1 : 2;
    }
    return all.some(function (each) { return each.type === "radio" || each.type === "checkbox" ? each.checked : each.value.trim(); }) ? 0 : 2;
  }

  function mark(set, wrong) {
    var cell = document.querySelector('[data-cell="' + set.dataset.q + '"]');
    var state = wrong ? 3 : filled(set);
    if (!cell) { return; }
    cell.className = ["done", "flag", "", "flag"][state];
    cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(new RegExp("(" + words.join("|") + ")$"), words[state]));
  }

  function fault(set, sentence, which) {
    var place = set.querySelector(".err");
    place.textContent = sentence;
    place.hidden = !sentence;
    controls(set).forEach(function (each) {
      if (sentence && (!which || which.indexOf(each) >= 0)) {
        each.setAttribute("aria-invalid", "true");
        each.setAttribute("aria-describedby", place.id);
      } else {
        each.removeAttribute("aria-invalid");
        each.removeAttribute("aria-describedby");
      }
    });
    mark(set, Boolean(sentence));
  }

  /* Two items on one place: said at once, and not sent until it is put right. */
  function twice(set) {
    var all = controls(set);
    var same = all.filter(function (each) {
      return each.value && all.some(function (other) { return other !== each && other.value === each.value; });
    });
    if (!same.length) { return false; }
    var place = same.map(function (each) { return Number(each.value); }).sort(function (a, b) { return a - b; })[0];
    fault(set, form.dataset.twice.replace("{place}", place), same);
    return true;
  }

  function changed(set) {
    if (stopped) { return; }
    var at = waiting.indexOf(set);
    set.setAttribute("data-changed", "");
    givenAt[set.dataset.q] = Date.now();
    if (set.dataset.kind === "ordering" && twice(set)) {
      if (at >= 0) { waiting.splice(at, 1); }
      show("late", form.dataset.refused);
      return;
    }
    fault(set, "");
    if (at < 0) { waiting.push(set); }
    window.clearTimeout(retry);
    send();
  }

  function body(set) {
    var data = new URLSearchParams();
    data.append("csrf_token", form.querySelector("[name=csrf_token]") ? form.querySelector("[name=csrf_token]").value : "");
    data.append("asked", set.dataset.q);
    controls(set).forEach(function (each) {
      if ((each.type !== "radio" && each.type !== "checkbox") || each.checked) { data.append(each.name, each.value); }
    });
    sequence += 1;
    data.append("tab", tab);
    data.append("sequence", String(sequence));
    data.append("age", String(Math.max(0, Date.now() - givenAt[set.dataset.q])));
    return data;
  }

  function send() {
    if (busy || stopped || !waiting.length) { return; }
    var set = waiting.shift();
    var stop = window.AbortController ? new AbortController() : null;
    var late = window.setTimeout(function () { if (stop) { stop.abort(); } }, TIMEOUT);
    busy = true;
    flying = set;
    set.removeAttribute("data-changed");
    if (!tries) { show("now", form.dataset.savingNow); }
    fetch(form.action, {
      method: "POST", body: body(set), credentials: "same-origin", redirect: "manual",
      headers: { Accept: "application/json" }, signal: stop ? stop.signal : undefined,
    }).then(function (answer) { return taken(set, answer); }).catch(function () { again(set); }).then(function () {
      window.clearTimeout(late);
    });
  }

  function taken(set, answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401) { outside(set); return undefined; }
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) { again(set); return undefined; }
    return answer.json().then(function (told) {
      busy = false;
      tries = 0;
      renewed = false;
      signedOut = false;
      flying = null;
      if (answer.ok) {
        if (timer && told.remaining !== null) { sync(told.remaining); }
        if (form.querySelector(".err:not([hidden])")) {
          show("late", form.dataset.refused);
        } else if (!waiting.length) {
          show("done", form.dataset.saved.replace("{time}", told.time));
        }
      } else if (told.wrong) {
        set.setAttribute("data-changed", "");
        fault(set, told.wrong[0].sentence);
        show("late", form.dataset.refused);
      } else {
        refuse(answer.status, told);
        return;
      }
      send();
    }, function () {
      if (answer.status === 400 && !renewed) { return renew(set); }
      refuse(answer.status, { sentence: form.dataset.gone });
      return undefined;
    });
  }

  /* Signed in anew in another tab: the form's token belongs to the session before, the page has a fresh one. */
  function renew(set) {
    renewed = true;
    return fetch(location.href, { credentials: "same-origin", redirect: "manual" }).then(function (page) {
      if (page.type === "opaqueredirect") { renewed = false; outside(set); return ""; }
      return page.text();
    }).then(function (html) {
      var fresh = html && new DOMParser().parseFromString(html, "text/html").querySelector("#answers [name=csrf_token]");
      if (!html) { return; }
      if (!fresh) { refuse(400, { sentence: form.dataset.gone }); return; }
      list(document, "[name=csrf_token]").forEach(function (field) { field.value = fresh.value; });
      again(set);
    });
  }

  /* Nobody is signed in: the page would be answered by the page for signing in, and what it holds would be lost. */
  function outside(set) {
    signedOut = true;
    again(set, form.dataset.signedOut);
  }

  function refuse(status, told) {
    var box = document.querySelector("[data-closed]");
    stopped = true;
    signedOut = false;
    busy = false;
    show("late", told.sentence);
    if (status === 409) {
      if (timer && !told.closed) { handIn(); return; }
      box.querySelector("[data-text]").textContent = told.sentence;
      box.hidden = false;
    }
  }

  function again(set, text) {
    var seconds = RETRY[Math.min(tries, RETRY.length - 1)];
    busy = false;
    flying = null;
    tries += 1;
    set.setAttribute("data-changed", "");
    if (waiting.indexOf(set) < 0) { waiting.unshift(set); }
    show("late", text || form.dataset.failed);
    window.clearTimeout(retry);
    retry = window.setTimeout(send, seconds * 1000);
  }

  /* What is saved is not sent a second time with the page: another tab may have newer answers. */
  function hold() {
    sets.forEach(function (set) { set.disabled = !set.hasAttribute("data-changed") && waiting.indexOf(set) < 0 && set !== flying; });
    count();
  }
  /* The page counts as this tab's newest answer: a save that is still under way and arrives later changes nothing. */
  function count() {
    var given = sets.filter(function (set) { return !set.disabled && givenAt[set.dataset.q]; }).map(function (set) { return givenAt[set.dataset.q]; });
    var age = given.length ? Math.max(0, Date.now() - Math.max.apply(null, given)) : 0;
    sequence += 1;
    [["tab", tab], ["sequence", sequence], ["age", age]].forEach(function (pair) {
      var field = form.querySelector('input[name="' + pair[0] + '"]');
      if (!field) {
        field = document.createElement("input");
        field.type = "hidden";
        field.name = pair[0];
        form.appendChild(field);
      }
      field.value = pair[1];
    });
  }
  function release() { sets.forEach(function (set) { set.disabled = false; }); }

  /* A language switch or the way back may have put other answers into the page than the server has. */
  function differs(each) {
    if (each.type === "radio" || each.type === "checkbox") { return each.checked !== each.defaultChecked; }
    if (each.tagName === "SELECT") {
      return !list(each, "option").every(function (option, i) { return option.selected === (option.defaultSelected || (!i && !each.querySelector("[selected]"))); });
    }
    return each.value !== each.defaultValue;
  }

  form.addEventListener("change", function (event) {
    var set = event.target.closest("[data-q]");
    if (set) { changed(set); }
  });
  form.addEventListener("submit", function (event) {
    if (event.defaultPrevented) { return; }
    if (signedOut) {
      event.preventDefault();
      show("late", form.dataset.signedOut);
      say.textContent = "";
      window.setTimeout(function () { say.textContent = form.dataset.signedOut; }, 50);
      window.clearTimeout(retry);
      send();
      return;
    }
    hold();
    window.setTimeout(release, 2000);
  });
  window.addEventListener("pageshow", release);
  window.addEventListener("online", function () { if (waiting.length) { window.clearTimeout(retry); send(); } });
  window.addEventListener("beforeunload", function (event) {
    if (waiting.length && !form.dataset.sent && !over) { event.preventDefault(); event.returnValue = ""; }
  });
  list(form, "[data-without-script]").forEach(function (button) { button.hidden = true; });
  sets.forEach(function (set) {
    if (controls(set).some(differs) && set.querySelector(".err").hidden) { changed(set); }
  });
  // Last, since the time may be up already.
  run();
}());

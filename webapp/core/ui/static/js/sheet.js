// The page on which a sheet is filled in: saves as one types, shows and hides what depends on answers, calculates, says who else is where.
// Without this file the same form does the same with a page each.
(function () {
  "use strict";

  const root = window.LocalGoals;
  const form = document.getElementById("sheet");
  const each = function (selector, use, within) { Array.prototype.forEach.call((within || form).querySelectorAll(selector), use); };

  document.addEventListener("click", function (event) {
    const link = event.target.closest("[data-talk]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !window.DOMParser) { return; }
    event.preventDefault();
    root.sheetTalk(link, form.dataset.tClose);
  });
  document.addEventListener("submit", function (event) {
    const said = event.target.closest("form[data-say]");
    const field = said ? said.closest("[data-field]") : null;
    if (!field) { return; }
    event.preventDefault();
    const body = new FormData(said);
    const pressed = event.submitter || (said.contains(document.activeElement) ? document.activeElement : null);
    if (pressed && pressed.name) { body.append(pressed.name, pressed.value); }
    fetch(said.action, { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
      const link = field.querySelector("[data-talk]");
      field.querySelector(".talk").remove();
      root.sheetTalk(link, form.dataset.tClose);
      return answer;
    }, function () { said.submit(); });
    // On the way down: a form stops what comes up from one within it.
  }, true);

  if (!form.hasAttribute("data-writes") || !window.fetch || !window.BigInt || !window.Map) { return; }

  const state = JSON.parse(document.getElementById("sheet-state").textContent);
  const bar = document.querySelector("[data-bar]");
  const badge = bar.querySelector("[data-saving]");
  const say = bar.querySelector("[data-say]");
  const controls = root.sheetControls(form);
  const store = root.sheetStore(form.dataset.sheet, form.dataset.person);
  const values = Object.assign({}, state.values);
  const known = Object.assign({}, state.values);
  const text = function (name) { return form.dataset["t" + name[0].toUpperCase() + name.slice(1)] || ""; };
  let rules = null;
  let told = null;
  let thinking = 0;

  function token() { const field = form.querySelector("[name=csrf_token]"); return field ? field.value : ""; }

  function page() {
    return fetch(location.href, { credentials: "same-origin", redirect: "manual" }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.text();
    }).then(function (html) { return new DOMParser().parseFromString(html, "text/html"); });
  }

  function renew() {
    return page().then(function (fresh) {
      const field = fresh.querySelector("#sheet [name=csrf_token]");
      if (!field) { throw new Error("no token"); }
      document.querySelectorAll("[name=csrf_token]").forEach(function (old) { old.value = field.value; });
    });
  }

  /* Parts that the server draws (matrices over a table, charts, files) come anew from it when what they show has changed. */
  let redrawing = 0;
  function redraw(ids) {
    window.clearTimeout(redrawing);
    redrawing = window.setTimeout(function () {
      page().then(function (fresh) {
        ids.forEach(function (id) {
          const here = document.getElementById("f-" + id);
          const there = fresh.getElementById("f-" + id);
          if (!here || !there || here.contains(document.activeElement)) { return; }
          here.replaceWith(document.importNode(there, true));
          controls.paths().forEach(function (path) { if (path.split("/")[0] === id && path in values && sync.dirty(path)) { controls.write(path, values[path]); } });
          enhance(document.getElementById("f-" + id));
        });
        think();
      }, function () { /* seen again with the next change */ });
    }, 400);
  }

  function parts(path) {
    const id = path.split("/")[0];
    const found = [];
    each("[data-part]", function (part) {
      if (part.dataset.field === id || part.tagName === "FIGURE") { found.push(part.dataset.field); return; }
      const spec = rules && rules.locate ? fieldSpec(part.dataset.field) : null;
      if (spec && ((spec.rows && spec.rows[0] === id) || (spec.columns && spec.columns[0] === id))) { found.push(part.dataset.field); }
    });
    return found;
  }

  let specs = {};
  function fieldSpec(id) { return specs[id] || null; }

  /* Saving */
  const STATES = { saved: "done", saving: "now", offline: "wait", failed: "late", unkept: "late", "signed-out": "late", refused: "wait", gone: "late" };
  function showState(name, count) {
    const key = name === "signed-out" ? "SignedOut" : name[0].toUpperCase() + name.slice(1);
    const words = form.dataset["t" + key];
    if (badge.dataset.now === name && name !== "offline") { return; }
    badge.dataset.now = name;
    badge.setAttribute("data-state", STATES[name]);
    badge.querySelector("[data-text]").textContent = words + (name === "offline" && count ? " · " + text("unsent").replace("{count}", count) : "");
    if (name !== "saving" && name !== "saved") { say.textContent = words; }
  }

  const sync = root.sheetSync({
    url: form.dataset.url, section: form.dataset.section, version: state.version, known: known, store: store, token: token, renew: renew,
    at: function () {
      const control = document.activeElement;
      return control && form.contains(control) ? controls.pathOf(control) || null : null;
    },
    on: {
      state: showState,
      value: function (path, value, more) {
        values[path] = value;
        if (path.split("/").length === 2 && form.querySelector('[data-table="' + path.split("/")[0] + '"]')) { tables.apply(path, value); fill(path); } else {
          controls.write(path, value, more.words);
          controls.fault(path, checked(path, value));
        }
        if (more.merged && more.told) {
          const other = more.told.changes.filter(function (one) { return one.path === path && one.person; })[0];
          say.textContent = text("merged").replace("{name}", other ? other.person : text("somebody"));
        }
        const ids = parts(path);
        if (ids.length) { redraw(ids); }
        think();
      },
      refused: function (path, message) { controls.fault(path, message); },
      closed: function (sentence) {
        const box = document.querySelector("[data-closed]");
        box.querySelector("[data-text]").textContent = sentence;
        box.hidden = false;
        showState("failed", 0);
      },
      news: function (news) { told = news; company(news); clashes(news.conflicts); talk(news.talk); }
    }
  });

  const tables = root.sheetTables(form, {
    change: function (path, value) { values[path] = value; sync.change(path, value, false); think(); },
    paste: function (body) { return whenIdle().then(function () { return sync.post("paste", body); }); },
    fill: fill, ready: function (row) { enhance(row); }
  });
  const clashes = root.sheetClashes(form, sync.held, function (change, body) { return sync.post("conflicts/" + change, body); });

  // A row that appears shows what is known of its cells.
  function fill(path) {
    Object.keys(values).forEach(function (other) {
      if (other.indexOf(path + "/") === 0 && !(other in sync.refused)) { controls.write(other, values[other]); }
    });
  }

  // Waits until what was typed before is on the server, a few seconds at most.
  function whenIdle() {
    sync.flush();
    return new Promise(function (resolve, reject) {
      const begun = Date.now();
      (function look() {
        if (!sync.pending()) { resolve(); } else if (Date.now() - begun > 6000) { reject({}); } else { window.setTimeout(look, 60); }
      }());
    });
  }

  function checked(path, value) {
    const wrong = rules ? rules.check(path, value) : null;
    return wrong ? wrong.message : "";
  }

  function edited(control, soon) {
    const path = controls.pathOf(control);
    if (!path || control.closest("[data-clash], .talk, template")) { return; }
    if (control.name === path + ":other" && control.value && !control.classList.contains("own-cell")) {
      const box = controls.named(path).filter(function (one) { return one.value === "other"; })[0];
      if (box) { box.checked = true; }
    }
    tables.keep(control);
    take(path, controls.raw(path), soon);
    controls.tidy(path);
  }

  function take(path, raw, soon) {
    const stored = rules ? rules.normalise(path, raw) : { value: raw === undefined || raw === "" || (Array.isArray(raw) && !raw.length) ? null : raw };
    if (stored.code) {
      sync.refuse(path, raw);
      if (!soon) { controls.fault(path, stored.message); }
      return;
    }
    values[path] = stored.value;
    sync.change(path, stored.value, soon);
    const wrong = checked(path, stored.value);
    if (!soon || !wrong) { controls.fault(path, wrong); }
    const ids = soon ? [] : parts(path).filter(function (id) { return id !== path.split("/")[0]; });
    if (ids.length) { whenIdle().then(function () { redraw(ids); }, function () { /* drawn with the next change */ }); }
    think();
  }

  /* What depends on answers */
  function group(number) {
    return number.replace(/^(-?)([0-9]+)/, function (_all, sign, whole) { return sign + (whole.length < 5 ? whole : whole.replace(/(?=(?:[0-9]{3})+$)(?!^)/g, ",")); });
  }

  function shown(value, unit) {
    if (value === null || value === undefined || value === "") { return ""; }
    if (typeof value === "boolean") { return value ? text("yes") : text("no"); }
    return (/^-?[0-9.]+$/.test(value) ? group(value) : String(value)) + (unit ? " " + unit : "");
  }

  function think() {
    window.clearTimeout(thinking);
    thinking = window.setTimeout(function () {
      if (!rules) { return; }
      const read = rules.read(values);
      let answered = 0;
      let asked = 0;
      each("[data-field]", function (field) {
        const id = field.dataset.field;
        if (!(id in specs)) { return; }
        field.hidden = specs[id].when ? !read.visible(id) : false;
        const mark = field.querySelector("[data-required]");
        if (mark) { mark.hidden = !read.required(id); }
        if (specs[id].type !== "calculated" && !field.hidden) { asked += 1; answered += read.answered(id) ? 1 : 0; }
      });
      each("[data-calculated]", function (out) { out.textContent = shown(read.value(out.dataset.calculated), out.dataset.unit) || "–"; });
      each("[data-cell]", function (out) { const at = out.dataset.cell.split("/"); out.textContent = shown(read.cell(at[0], at[1], at[2]), out.dataset.unit); });
      each("[data-total]", function (out) { const at = out.dataset.total.split("."); out.textContent = shown(read.total(at[0], at[1]), "") || "–"; });
      each("[data-tab]", function (tab) {
        tab.hidden = !read.sectionVisible(tab.dataset.tab);
        if (tab.dataset.tab !== form.dataset.section) { return; }
        tab.querySelector("a").setAttribute("data-state", asked && answered === asked ? "done" : answered ? "now" : "todo");
        tab.querySelector("[data-progress]").textContent = asked ? text("progress").replace("{answered}", answered).replace("{asked}", asked) : "";
      }, document);
    }, 60);
  }

  /* Others */
  function company(news) {
    const there = {};
    news.present.forEach(function (one) { if (one.path) { (there[one.path.split("/")[0]] = there[one.path.split("/")[0]] || []).push(one.person); } });
    each("[data-field]", function (field) {
      const box = field.querySelector("[data-here]");
      const names = there[field.dataset.field] || [];
      const line = names.map(function (name) { return text("typing").replace("{name}", name); }).join("\n");
      if (!box || box.dataset.names === line) { return; }
      box.dataset.names = line;
      box.hidden = !names.length;
      box.textContent = "";
      names.forEach(function (name) {
        const mark = box.appendChild(document.createElement("span"));
        mark.className = "badge mark";
        mark.setAttribute("data-state", "now");
        mark.appendChild(document.createElement("span")).textContent = text("typing").replace("{name}", name);
      });
    });
    const names = news.present.map(function (one) { return one.person; });
    bar.querySelector("[data-others]").textContent = names.length ? text("others").replace("{names}", names.join(text("separator"))) : "";
  }

  function talk(counts) {
    each("[data-talk]", function (link) {
      const said = (counts[link.dataset.talk] || [0])[0];
      link.querySelector("[data-said]").textContent = !said ? text("comment") : said === 1 ? text("oneComment") : text("comments").replace("{count}", said);
    });
  }

  /* Files go at once, one after another. */
  function upload(input) {
    const id = input.dataset.upload;
    const status = input.closest("[data-field]").querySelector("[data-error]");
    Array.prototype.slice.call(input.files).reduce(function (before, file) {
      return before.then(function () {
        const body = new FormData();
        body.append("path", id);
        body.append("since", sync.version());
        body.append("file", file);
        say.textContent = text("uploading").replace("{name}", file.name);
        controls.fault(id, "");
        return sync.post("files", body).catch(function (why) {
          status.textContent = why.sentence || form.dataset.tUploadFailed.replace("{name}", file.name);
          status.hidden = false;
        });
      });
    }, Promise.resolve()).then(function () { input.value = ""; redraw([id]); });
  }

  /* Events */
  form.addEventListener("input", function (event) { if (event.target.type !== "file" && !event.isComposing) { edited(event.target, true); } });
  form.addEventListener("compositionend", function (event) { edited(event.target, true); });
  form.addEventListener("change", function (event) {
    if (event.target.dataset.upload) { upload(event.target); } else { edited(event.target, false); sync.flush(); }
  });
  form.addEventListener("focusin", function () { if (told && told.present.length) { sync.ask(); } });

  form.addEventListener("click", function (event) {
    const button = event.target.closest("button[name]");
    if (!button || button.form !== form) { return; }
    if (button.name === "_row") { event.preventDefault(); tables.press(button); }
    if (button.name === "_rank") {
      const list = button.closest("[data-ranking]");
      event.preventDefault();
      take(list.dataset.ranking, root.sheetRanking(list).press(button), false);
    }
    if (button.name === "_clear") { event.preventDefault(); clear(button); }
    if (button.name === "_unfile") {
      const at = button.value.split(":");
      event.preventDefault();
      take(at[0], (values[at[0]] || []).filter(function (one) { return one !== at[1]; }), false);
      button.closest("li").remove();
      whenIdle().then(function () { redraw([at[0]]); }, function () { /* shown anew later */ });
      document.getElementById("f-" + at[0]).focus();
    }
  });

  function clear(button) {
    const path = button.value;
    controls.named(path).forEach(function (one) { one.checked = false; });
    const place = button.closest("[data-field]").querySelector("[data-place-chosen]");
    if (place) { place.hidden = true; place.firstElementChild.textContent = ""; }
    button.hidden = true;
    take(path, null, false);
    button.closest("[data-field]").focus();
  }

  // Enter in a line of text leads to the next page on no form of many fields.
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.tagName === "INPUT" && !event.isComposing && event.target.type !== "submit") { event.preventDefault(); }
  });

  form.addEventListener("submit", function (event) {
    const pressed = event.submitter || document.activeElement;
    if (event.target !== form || form.querySelector("[data-place-step]") || !pressed || pressed.name !== "_go") { return; }
    event.preventDefault();
    whenIdle().then(function () { location.assign(form.dataset.url + (pressed.value || form.dataset.section)); }, function () { sync.ask(); });
  });
  each("[data-hand-in]", function (box) {
    box.addEventListener("submit", function (event) {
      if (!sync.pending()) { return; }
      event.preventDefault();
      whenIdle().then(function () { HTMLFormElement.prototype.submit.call(box); }, function () { sync.ask(); });
    });
  }, document);

  // The place picker keeps its choice in a hidden control and says it in words.
  function places(part) {
    each("[data-place-picker]", function (picker) {
      const chosen = picker.querySelector("[data-place-chosen]");
      const path = picker.dataset.name.replace("_place-", "");
      new MutationObserver(function () {
        const hidden = form.querySelector('input[type=hidden][name="' + picker.dataset.name + '"]');
        if (hidden && hidden.value && hidden.value !== values[path]) { take(path, hidden.value, false); }
        const button = picker.closest("[data-field]").querySelector("[data-clear]");
        if (button) { button.hidden = chosen.hidden; }
      }).observe(chosen, { childList: true, subtree: true, attributes: true, characterData: true });
    }, part);
  }

  function enhance(part) {
    each("[data-without-script]", function (one) { one.hidden = true; }, part);
    root.sheetPickers(form, part, function (control) { edited(control, false); sync.flush(); });
    places(part);
    each("[data-count]", function (count) { controls.tidy(count.closest("[data-field]").dataset.field); }, part);
  }

  function restore() {
    sync.restored.forEach(function (entry) {
      values[entry.path] = entry.value;
      if (entry.path.split("/").length === 2 && form.querySelector('[data-table="' + entry.path.split("/")[0] + '"]')) { tables.apply(entry.path, entry.value); } else { controls.write(entry.path, entry.value); }
    });
    Object.keys(sync.refused).forEach(function (path) {
      controls.writeTyped(path, sync.refused[path]);
      if (rules) { const wrong = rules.normalise(path, sync.refused[path]); controls.fault(path, wrong.message || ""); }
    });
  }

  const here = document.querySelector(".sheet-page .aside [aria-current]");
  if (here) { const list = here.closest(".aside"); list.scrollTop = Math.max(0, here.offsetTop - list.clientHeight / 2); }
  enhance(form);
  restore();
  fetch(form.dataset.rules, { credentials: "same-origin" }).then(function (answer) { return answer.json(); }).then(function (spec) {
    rules = root.sheetRules(spec);
    spec.sections.forEach(function (section) { section.fields.forEach(function (field) { specs[field.id] = field; }); });
    restore();
    // What was typed before this script was there: a slow network, a switch of the language.
    controls.paths().forEach(function (path) {
      const raw = controls.raw(path);
      if (raw === undefined || sync.dirty(path) || (raw && raw.at)) { return; }
      const stored = rules.normalise(path, raw);
      const before = known[path] === undefined ? null : known[path];
      if (!stored.code && JSON.stringify(stored.value) !== JSON.stringify(before) && !document.getElementById("clash-" + path)) {
        const control = controls.named(path)[0];
        if (control) { edited(control, false); }
      }
    });
    think();
  }, function () { /* saving works without; what depends on answers waits for the next page */ });
}());

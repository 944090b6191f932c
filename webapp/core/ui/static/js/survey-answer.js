// A whole survey on one page: shows and hides what depends on answers, and keeps what is typed in this browser only, until it is sent.
// Without this file the same form does the same with a page each, and keeps nothing.
(function () {
  "use strict";

  const root = window.LocalGoals;
  const form = document.getElementById("sheet");
  if (!form || !window.Map || !window.BigInt) { return; }

  const spec = JSON.parse(document.getElementById("survey-spec").textContent);
  const rules = root.sheetRules(spec);
  const controls = root.sheetControls(form);
  const specs = {};
  const values = {};
  const text = function (name) { return form.dataset["t" + name[0].toUpperCase() + name.slice(1)] || ""; };
  const each = function (selector, use) { Array.prototype.forEach.call(form.querySelectorAll(selector), use); };
  let timer = 0;
  let leaving = false;
  spec.sections.forEach(function (section) { section.fields.forEach(function (field) { specs[field.id] = field; }); });

  /* Keeping */
  // Everything the form would send, without what belongs to the session.
  function content() {
    return Array.from(new FormData(form).entries()).filter(function (pair) { return pair[0] !== "csrf_token" && pair[0] !== "_send" && typeof pair[1] === "string"; });
  }

  function keep(tried) {
    window.clearTimeout(timer);
    try {
      localStorage.setItem(form.dataset.store, JSON.stringify({ form: content().concat(tried ? [["_send", "1"]] : []), tried: Boolean(tried) }));
      document.querySelector("[data-draft]").hidden = false;
    } catch (error) { /* a full or closed store keeps nothing */ }
  }

  function soon() { window.clearTimeout(timer); timer = window.setTimeout(function () { if (!leaving) { keep(false); } }, 400); }

  function forget() { try { localStorage.removeItem(form.dataset.store); } catch (error) { /* as above */ } }

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(form.dataset.store) || "null");
      return found && Array.isArray(found.form) ? found : null;
    } catch (error) { return null; }
  }

  function restore(found) {
    const typed = new Map();
    found.form.forEach(function (pair) { typed.set(pair[0], (typed.get(pair[0]) || []).concat(pair[1])); });
    if (typed.has("_ticket")) { form.elements.namedItem("_ticket").value = typed.get("_ticket")[0]; }
    const filled = found.form.filter(function (pair) { return pair[1] && pair[0].split("/").length === 3; }).map(function (pair) { return pair[0].split("/").slice(0, 2).join("/"); });
    each("[data-table]", function (table) {
      const rows = Array.from(typed.keys()).filter(function (name) { return name.split("/").length === 2 && name.split("/")[0] === table.dataset.table && filled.indexOf(name) >= 0; });
      // Rows that were only offered were offered anew.
      if (rows.length) { Array.prototype.slice.call(table.tBodies[0].querySelectorAll("[data-offered]")).forEach(function (row) { row.remove(); }); }
      rows.forEach(function (name) { tables.apply(name, { at: typed.get(name)[0] }); });
    });
    each("[data-ranking]", function (list) { root.sheetRanking(list).show(typed.get(list.dataset.ranking) || []); });
    Array.prototype.forEach.call(form.elements, function (control) {
      const all = typed.get(control.name);
      if (!control.name || control.name[0] === "_" || control.name === "csrf_token" || control.type === "file" || control.closest("[data-ranking], .no")) { return; }
      if (control.type === "radio" || control.type === "checkbox") { control.checked = Boolean(all) && all.indexOf(control.value) >= 0; } else if (all) {
        control.value = all[0];
        if (control.dataset.picker) { control.dispatchEvent(new CustomEvent("sheet:written")); }
      }
    });
    document.querySelector("[data-draft]").hidden = false;
  }

  /* What depends on answers */
  function read() {
    Object.keys(values).forEach(function (path) { delete values[path]; });
    controls.paths().forEach(function (path) {
      const raw = controls.raw(path);
      if (raw === undefined) { return; }
      const stored = rules.normalise(path, raw);
      values[path] = stored.code ? null : stored.value;
    });
  }

  function grouped(value, unit) {
    if (value === null || value === undefined || value === "") { return ""; }
    if (typeof value === "boolean") { return value ? text("yes") : text("no"); }
    const number = /^-?[0-9.]+$/.test(value);
    return (number ? String(value).replace(/^(-?)([0-9]+)/, function (_all, sign, whole) { return sign + whole.replace(/(?=(?:[0-9]{3})+$)(?!^)/g, ","); }) : String(value)) + (unit ? " " + unit : "");
  }

  function think() {
    read();
    const seen = rules.read(values);
    each("[data-section]", function (part) { part.hidden = !seen.sectionVisible(part.dataset.section); });
    each("[data-field]", function (field) {
      const id = field.dataset.field;
      if (!(id in specs)) { return; }
      field.hidden = specs[id].when ? !seen.visible(id) : false;
      const mark = field.querySelector("[data-required]");
      if (mark) { mark.hidden = !seen.required(id); }
    });
    each("[data-calculated]", function (out) { out.textContent = grouped(seen.value(out.dataset.calculated), out.dataset.unit) || "–"; });
    each("[data-cell]", function (out) { const at = out.dataset.cell.split("/"); out.textContent = grouped(seen.cell(at[0], at[1], at[2]), out.dataset.unit); });
    each("[data-total]", function (out) { const at = out.dataset.total.split("."); out.textContent = grouped(seen.total(at[0], at[1]), "") || "–"; });
  }

  const tables = root.sheetTables(form, {
    change: function () { soon(); think(); },
    // The server reads what was copied: the form comes back with the rows.
    paste: function (body) {
      const button = form.querySelector('[name="_row"][value="' + body.table + ':paste"]');
      leaving = true;
      forget();
      if (form.requestSubmit) { form.requestSubmit(button); } else { button.type = "submit"; HTMLElement.prototype.click.call(button); }
      return new Promise(function () { /* another page comes */ });
    },
    fill: function () { think(); }, ready: function (row) { enhance(row); }
  });

  function changed(control) {
    const path = controls.pathOf(control);
    if (!path) { return; }
    if (control.name === path + ":other" && control.value) {
      const box = controls.named(path).filter(function (one) { return one.value === "other"; })[0];
      if (box) { box.checked = true; }
    }
    tables.keep(control);
    controls.tidy(path);
    soon();
    think();
  }

  function enhance(part) {
    Array.prototype.forEach.call(part.querySelectorAll("[data-without-script]"), function (one) { one.hidden = true; });
    root.sheetPickers(form, part, function (control) { changed(control); });
    Array.prototype.forEach.call(part.querySelectorAll("[data-count]"), function (count) { controls.tidy(count.closest("[data-field]").dataset.field); });
  }

  form.addEventListener("input", function (event) { if (!event.isComposing) { changed(event.target); } });
  form.addEventListener("change", function (event) {
    const path = controls.pathOf(event.target);
    changed(event.target);
    if (path && values[path] !== undefined) { const wrong = rules.check(path, values[path]); controls.fault(path, wrong ? wrong.message : ""); }
  });
  form.addEventListener("click", function (event) {
    const button = event.target.closest("button[name]");
    if (!button || button.form !== form) { return; }
    if (button.name === "_row" && !/:paste$/.test(button.value)) { event.preventDefault(); tables.press(button); soon(); think(); }
    if (button.name === "_rank") { event.preventDefault(); root.sheetRanking(button.closest("[data-ranking]")).press(button); soon(); think(); }
    if (button.name === "_clear") {
      const field = button.closest("[data-field]");
      event.preventDefault();
      controls.named(button.value).forEach(function (one) { one.checked = false; });
      button.hidden = true;
      field.focus();
      soon();
      think();
    }
  });
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.tagName === "INPUT" && event.target.type !== "submit" && !event.isComposing) { event.preventDefault(); }
  });
  form.addEventListener("submit", function (event) {
    const pressed = event.submitter || document.activeElement;
    leaving = true;
    // Kept with its ticket until the thanks page: cut off on the way, it can be sent again and counts once.
    keep(Boolean(pressed && pressed.name === "_send"));
  });
  window.addEventListener("pagehide", function () { if (!leaving && timer) { keep(false); } });
  document.querySelector("[data-forget]").addEventListener("click", function () { leaving = true; forget(); location.assign(location.pathname + location.search); });

  enhance(form);
  const draft = kept();
  if (form.hasAttribute("data-fresh")) { keep(false); } else if (draft) { restore(draft); }
  const to = document.querySelector("[data-scroll-to]");
  if (to && document.getElementById(to.dataset.scrollTo)) { document.getElementById(to.dataset.scrollTo).scrollIntoView(); }
  think();
}());

// Reads and writes the controls of a sheet by the path of their value: `LocalGoals.sheetControls(form)`. Names of controls are the paths.
(function () {
  "use strict";

  const root = window.LocalGoals = window.LocalGoals || {};
  const list = function (found) { return found ? (found instanceof Element ? [found] : Array.prototype.slice.call(found)) : []; };

  root.numbersIn = function (text) {
    return text.replace(/(sdg|goal|目标)[\s-]*/gi, "").split(/[,，、;；\s]+/).filter(Boolean).map(function (each) { return each.toLowerCase(); });
  };

  root.sheetControls = function (form) {
    const self = {};

    function named(path) { return list(form.elements.namedItem(path)).filter(function (each) { return each.name === path; }); }

    function own(path) { return form.elements.namedItem(path + ":other"); }

    function ranking(path) { return form.querySelector('[data-ranking="' + path + '"]'); }

    self.named = named;

    // “None of these” and the others take each other's place; before anybody reads what is ticked.
    form.addEventListener("input", function (event) {
      const here = event.target;
      if (here.type !== "checkbox" || !here.checked || !self.pathOf(here)) { return; }
      const alone = here.dataset.alone !== undefined;
      named(here.name).forEach(function (each) {
        if (each !== here && (alone || each.dataset.alone !== undefined)) { each.checked = false; }
      });
    }, true);

    // The path that a control belongs to; empty for those of the page itself.
    self.pathOf = function (control) {
      const name = control && control.name ? control.name : "";
      return !name || name[0] === "_" || name === "csrf_token" ? "" : name.replace(/:other$/, "");
    };

    self.field = function (path) { return document.getElementById("f-" + path.split("/")[0]); };

    // What the controls say, before it is judged; undefined if the page has none for this path.
    self.raw = function (path) {
      const order = ranking(path);
      const found = named(path);
      const first = found[0];
      const words = own(path) ? own(path).value.trim() : "";
      if (order) { return found.map(function (each) { return each.value; }); }
      if (!first) { return undefined; }
      if (first.type === "hidden" && first.closest("[data-row] > .no")) { return first.closest("[data-offered]") ? null : { at: first.value }; }
      if (first.type === "radio") {
        const chosen = found.find(function (each) { return each.checked; });
        return chosen ? (chosen.value === "other" && own(path) ? "other:" + words : chosen.value) : null;
      }
      if (first.type === "checkbox") {
        return found.filter(function (each) { return each.checked; })
          .map(function (each) { return each.value === "other" && own(path) ? "other:" + words : each.value; });
      }
      if (first.tagName === "SELECT") { return first.value === "other" && own(path) ? "other:" + words : first.value; }
      if (first.dataset.picker) { return root.numbersIn(first.value); }
      if (first.dataset.organisation !== undefined) {
        const typed = first.value.trim();
        return typed === (first.dataset.was || "").trim() ? first.dataset.organisation : (typed ? "other:" + typed : null);
      }
      return first.value;
    };

    function caret(control, text) {
      const focused = document.activeElement === control && typeof control.selectionStart === "number";
      const before = control.value;
      const at = focused ? control.selectionStart : 0;
      control.value = text;
      if (focused) {
        // What comes in before the caret moves it along.
        const same = text.slice(0, at) === before.slice(0, at);
        const place = same ? at : Math.max(0, text.length - (before.length - at));
        control.setSelectionRange(place, place);
      }
    }

    function tick(found, values, path) {
      const other = values.find(function (each) { return String(each).indexOf("other:") === 0; });
      found.forEach(function (each) {
        each.checked = each.value === "other" && own(path) ? other !== undefined : values.indexOf(each.value) >= 0 || values.map(String).indexOf(each.value) >= 0;
      });
      if (own(path) && document.activeElement !== own(path)) { own(path).value = other === undefined ? "" : other.slice(6); }
    }

    // Puts a stored value into the controls; `words` says what an id is called.
    self.write = function (path, value, words) {
      const found = named(path);
      const first = found[0];
      const values = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
      if (ranking(path)) { root.sheetRanking(ranking(path)).show(values); return; }
      if (!first) { return; }
      if (first.type === "radio" || first.type === "checkbox") { tick(found, values, path); } else if (first.tagName === "SELECT") {
        const other = String(value).indexOf("other:") === 0;
        first.value = other ? "other" : values.length ? String(value) : "";
        if (own(path)) { own(path).value = other ? String(value).slice(6) : ""; }
      } else if (first.dataset.picker) {
        first.value = values.join(", ");
        first.dispatchEvent(new CustomEvent("sheet:written"));
      } else if (first.dataset.organisation !== undefined) {
        first.dataset.organisation = values.length ? value : "";
        first.value = first.dataset.was = words || (String(value).indexOf("other:") === 0 ? value.slice(6) : values.length ? first.value : "");
      } else if (!(first.type === "hidden")) { caret(first, values.length ? String(value) : ""); }
      self.tidy(path);
    };

    // Puts typed words back as they were typed, whatever the field thinks of them.
    self.writeTyped = function (path, raw) {
      const first = named(path)[0];
      if (!first) { return; }
      if (Array.isArray(raw)) { self.write(path, raw); return; }
      if (first.type === "date") { first.type = "text"; }
      self.write(path, raw);
    };

    // Things beside the control that follow it: the words of “other”, the summary of a folded list, the count, the clearing button.
    self.tidy = function (path) {
      const field = self.field(path);
      const found = named(path);
      const first = found[0];
      if (!first) { return; }
      const words = own(path);
      if (words && words.classList.contains("own-cell")) { words.toggleAttribute("data-idle", first.value !== "other"); }
      const details = first.closest("details.pick");
      if (details) {
        const chosen = found.filter(function (each) { return each.checked; }).map(function (each) {
          return each.value === "other" && words && words.value ? words.value : each.parentElement.textContent.trim();
        });
        details.querySelector("[data-summary]").textContent = chosen.join(form.dataset.tSeparator) || form.dataset.tChoose;
      }
      const clear = field && path.indexOf("/") < 0 ? field.querySelector("[data-clear]") : null;
      if (clear) { clear.hidden = !found.some(function (each) { return each.checked; }); }
      const count = field && path.indexOf("/") < 0 ? field.querySelector("[data-count]") : null;
      if (count) {
        const size = Array.from(first.value.trim()).length;
        count.textContent = size ? form.dataset.tCount.replace("{count}", size).replace("{limit}", count.dataset.count) : "";
        count.classList.toggle("over", size > Number(count.dataset.count));
      }
    };

    // A sentence at the field or in the cell; an empty one takes it away.
    self.fault = function (path, sentence) {
      const place = document.getElementById(path + "-error");
      if (!place) { return; }
      place.textContent = sentence || "";
      place.hidden = !sentence;
      const controls = named(path);
      controls.forEach(function (each) {
        if (each.type === "hidden" || each.type === "radio") { return; }
        if (sentence) { each.setAttribute("aria-invalid", "true"); } else { each.removeAttribute("aria-invalid"); }
        const others = (each.getAttribute("aria-describedby") || "").split(" ").filter(function (id) { return id && id !== place.id; });
        const ids = sentence ? others.concat(place.id) : others;
        if (ids.length) { each.setAttribute("aria-describedby", ids.join(" ")); } else { each.removeAttribute("aria-describedby"); }
      });
    };

    // Every path that the page has controls for, in the order of the page.
    self.paths = function () {
      const found = new Set();
      Array.prototype.forEach.call(form.elements, function (each) {
        const path = self.pathOf(each);
        if (path) { found.add(path); }
      });
      form.querySelectorAll("[data-ranking]").forEach(function (each) { found.add(each.dataset.ranking); });
      return Array.from(found);
    };
    return self;
  };
}());

// Turns the search of a place picker into a list while typing (ARIA combobox). Without it the same field works by submitting.
(function () {
  "use strict";

  var WAIT = 180;
  var kept = {};

  function make(tag, attributes) {
    var element = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    return element;
  }

  function enhance(root) {
    var name = root.dataset.name;
    var form = root.closest("form");
    var input = root.querySelector('input[name="' + name + '-query"]');
    var search = root.querySelector('button[name="' + name + '-search"]');
    var open = root.querySelector('button[name="' + name + '-open"]');
    var chosen = root.querySelector("[data-place-chosen]");
    var steps = root.querySelector("[data-place-steps]");
    var listId = input.id + "-list";
    var list = make("ul", { id: listId, "class": "found", role: "listbox", "aria-label": input.labels[0].textContent, hidden: "" });
    var status = make("p", { role: "status" });
    var words = status.appendChild(make("span", { "class": "vh" }));
    // What everybody must see, not only who listens: nothing found, or not all.
    var plain = status.appendChild(make("span", { "class": "hint" }));
    var hidden = make("input", { type: "hidden", name: name });
    var active = -1;
    var latest = 0;
    var timer = 0;
    var composing = false;

    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", listId);
    // Enter in another field presses the first submit button of a form: that must be the form's own.
    search.type = "button";
    search.hidden = true;
    if (open) {
      open.type = "button";
      open.addEventListener("click", function () {
        form.appendChild(make("input", { type: "hidden", name: name + "-open", value: "1" }));
        form.submit();
      });
    }
    root.appendChild(hidden);
    input.closest(".field").appendChild(list);
    input.closest(".field").appendChild(status);

    function report(heard, seen) {
      words.textContent = heard;
      plain.textContent = seen;
    }

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function clearFound() {
      root.querySelectorAll('input[name="' + name + '-found"]').forEach(function (radio) { radio.checked = false; });
    }

    function say(text) {
      chosen.hidden = !text;
      chosen.firstElementChild.textContent = text;
      report(text, "");
    }

    function choose(option) {
      hidden.value = option.dataset.id;
      if (steps) { steps.open = false; }
      clearFound();
      input.value = "";
      say(root.dataset.chosen.replace("{place}", option.dataset.full));
      close();
    }

    function mark(number) {
      var options = list.children;
      if (active >= 0 && options[active]) { options[active].setAttribute("aria-selected", "false"); }
      active = (number + options.length) % options.length;
      options[active].setAttribute("aria-selected", "true");
      options[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[active].id);
    }

    function show(answer) {
      var places = answer.places;
      list.textContent = "";
      active = -1;
      input.removeAttribute("aria-activedescendant");
      places.forEach(function (place, number) {
        var option = make("li", { id: listId + "-" + number, "class": "choice", role: "option", "aria-selected": "false" });
        option.dataset.id = place.id;
        option.dataset.full = place.full_name;
        option.textContent = place.full_name;
        list.appendChild(option);
      });
      list.hidden = !places.length;
      input.setAttribute("aria-expanded", String(places.length > 0));
      if (places.length) { report(root.dataset.some.replace("{count}", places.length), answer.more ? root.dataset.more : ""); } else { report("", root.dataset.none); }
    }

    function ask() {
      var query = input.value.trim();
      var turn = latest += 1;
      var url = root.dataset.url + (root.dataset.url.indexOf("?") < 0 ? "?" : "&") + "q=" + encodeURIComponent(query);
      clearTimeout(timer);
      if (!query) { close(); report("", ""); return; }
      if (kept[url]) { show(kept[url]); return; }
      fetch(url, { headers: { Accept: "application/json" } }).then(function (response) {
        if (!response.ok) { throw new Error(String(response.status)); }
        return response.json();
      }).then(function (answer) {
        kept[url] = answer;
        // An answer that was overtaken by a later question is not shown.
        if (turn === latest) { show(answer); }
      }).catch(function () {
        // Without the network's answer the field still works by submitting.
        if (turn === latest) { close(); search.hidden = false; search.type = "submit"; }
      });
    }

    input.addEventListener("compositionstart", function () { composing = true; });
    input.addEventListener("compositionend", function () { composing = false; ask(); });
    input.addEventListener("input", function () {
      if (composing) { return; }
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", function (event) {
      var count = list.hidden ? 0 : list.children.length;
      if (event.isComposing || composing) { return; }
      if (event.key === "ArrowDown" && count) { event.preventDefault(); mark(active + 1); }
      else if (event.key === "ArrowUp" && count) { event.preventDefault(); mark(active < 0 ? count - 1 : active - 1); }
      else if (event.key === "Enter" && count) { event.preventDefault(); choose(list.children[active < 0 ? 0 : active]); }
      // Faster than the network: to send the form now would store the place that was chosen before.
      else if (event.key === "Enter" && input.value.trim() && search.hidden) { event.preventDefault(); ask(); }
      else if (event.key === "Escape" && count) { event.preventDefault(); close(); }
    });
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    list.addEventListener("click", function (event) {
      var option = event.target.closest('[role="option"]');
      if (option) { choose(option); input.focus(); }
    });
    input.addEventListener("blur", close);
    root.querySelectorAll("[data-place-step]").forEach(function (step) {
      step.addEventListener("change", function () { hidden.value = ""; clearFound(); say(""); });
    });
    root.querySelectorAll('input[name="' + name + '-found"]').forEach(function (radio) {
      radio.addEventListener("change", function () { hidden.value = ""; });
    });
    // On a slow network somebody has typed before this script came.
    if (document.activeElement === input && input.value) { ask(); }
  }

  document.querySelectorAll("[data-place-picker]").forEach(enhance);
}());

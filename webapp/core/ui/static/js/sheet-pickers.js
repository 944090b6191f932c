// Goals and targets found by number or words in either language, organisations by name, files sent at once, and what is said at a field.
(function () {
  "use strict";

  const root = window.LocalGoals = window.LocalGoals || {};
  let asked = null;
  let count = 0;

  function reference(form) {
    asked = asked || fetch(form.dataset.goals, { credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (told) { return told.goals; }).catch(function (error) { asked = null; throw error; });
    return asked;
  }

  function make(tag, attributes, text) {
    const element = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    if (text !== undefined) { element.textContent = text; }
    return element;
  }

  // A combobox (ARIA): `find(words)` gives a promise of options {id, head, text, goal, chosen}, `choose(option)` takes one.
  function combobox(input, box, texts, find, choose) {
    const id = "found-" + (count += 1);
    const list = make("ul", { id: id, "class": "found", role: "listbox", "aria-label": input.getAttribute("aria-label") || (input.labels[0] ? input.labels[0].textContent : ""), hidden: "" });
    const status = make("p", { "class": "vh", role: "status" });
    let active = -1;
    let turn = 0;
    let timer = 0;
    let options = [];

    [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", id]].forEach(function (each) { input.setAttribute(each[0], each[1]); });
    box.appendChild(list);
    box.appendChild(status);

    function close() {
      list.hidden = true;
      active = -1;
      turn += 1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(to) {
      if (active >= 0) { list.children[active].setAttribute("aria-selected", "false"); }
      active = (to + options.length) % options.length;
      list.children[active].setAttribute("aria-selected", "true");
      list.children[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list.children[active].id);
    }

    function show(found) {
      options = found;
      active = -1;
      list.textContent = "";
      found.forEach(function (each, i) {
        const line = make("li", { id: id + "-" + i, "class": "choice", role: "option", "aria-selected": "false" });
        if (each.goal) { line.dataset.goal = each.goal; }
        if (each.chosen) { line.dataset.chosen = ""; }
        if (each.head) { line.appendChild(make("b", {}, each.head)); }
        line.appendChild(make("span", {}, each.text));
        list.appendChild(line);
      });
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      status.textContent = found.length ? texts.found.replace("{count}", found.length) : texts.none;
    }

    function ask() {
      const mine = turn += 1;
      find(input.value.trim()).then(function (found) { if (mine === turn && document.activeElement === input) { show(found); } }, close);
    }

    function take(i) { const option = options[i]; close(); choose(option); }

    input.addEventListener("input", function (event) {
      if (event.isComposing) { return; }
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, 120);
    });
    input.addEventListener("compositionend", ask);
    input.addEventListener("keydown", function (event) {
      if (event.isComposing) { return; }
      if (event.key === "ArrowDown" && list.hidden) { event.preventDefault(); ask(); } else if (event.key === "ArrowDown") { event.preventDefault(); mark(active + 1); } else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); mark(active < 0 ? options.length - 1 : active - 1); } else if (event.key === "Enter") {
        event.preventDefault();
        // Before the list is there, typed numbers count as they are.
        if (!list.hidden && options.length) { take(active < 0 ? 0 : active); } else { input.dispatchEvent(new Event("change")); }
      } else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    });
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    list.addEventListener("click", function (event) {
      const line = event.target.closest("li");
      if (line) { take(Array.prototype.indexOf.call(list.children, line)); input.focus(); }
    });
    input.addEventListener("blur", function () { window.clearTimeout(timer); close(); });
  }

  // The text control keeps the numbers and its name; before it stand the chosen ones, and a box in which one searches.
  function numbers(form, input, change) {
    const kind = input.dataset.picker;
    const only = (input.dataset.only || "").split(",").filter(Boolean);
    const box = make("div", { "class": "picker" });
    const chips = make("ul", { "class": "chips" });
    const label = input.getAttribute("aria-label") || (input.labels[0] ? input.labels[0].textContent.trim() : "");
    const search = make("input", { "class": "in", maxlength: "60", autocomplete: "off", spellcheck: "false", "aria-label": label, placeholder: input.closest("td") ? input.placeholder : kind === "goals" ? form.dataset.tNumbers : form.dataset.tSearchTargets });
    let names = {};

    if (input.getAttribute("aria-describedby")) { search.setAttribute("aria-describedby", input.getAttribute("aria-describedby")); }
    input.parentNode.insertBefore(box, input);
    box.appendChild(chips);
    box.appendChild(search);
    box.appendChild(input);
    input.type = "hidden";
    const anchor = input.id;
    input.removeAttribute("id");
    search.id = anchor;

    const chosen = function () { return root.numbersIn(input.value); };

    function set(values) {
      input.value = values.join(", ");
      draw();
      change(input);
    }

    function draw() {
      chips.textContent = "";
      chosen().forEach(function (each) {
        const button = make("button", { type: "button", "data-goal": each.split(".")[0], "aria-label": form.dataset.tTakeOut.replace("{item}", each + (names[each] ? " " + names[each] : "")), title: names[each] || "" }, each + (kind === "goals" && names[each] ? " " + names[each] : ""));
        button.addEventListener("click", function () { set(chosen().filter(function (other) { return other !== each; })); search.focus(); });
        const line = make("li", {});
        line.appendChild(button);
        chips.appendChild(line);
      });
    }

    function listed(goals) {
      return kind === "goals" ? goals.map(function (goal) { return { id: String(goal.number), head: String(goal.number), text: goal.title, words: goal.words, goal: goal.number }; })
        : goals.reduce(function (all, goal) {
          return only.length && only.indexOf(String(goal.number)) < 0 ? all : all.concat(goal.targets.map(function (each) { return { id: each.id, head: each.id, text: each.label, words: each.words, goal: goal.number }; }));
        }, []);
    }

    function find(words) {
      return reference(form).then(function (goals) {
        const there = chosen();
        const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
        return listed(goals).filter(function (each) {
          const text = (each.id + " " + each.words).toLowerCase();
          return parts.every(function (part) { return /^[0-9]+(\.[0-9a-d]*)?$/.test(part) ? each.id === part || each.id.indexOf(part.indexOf(".") < 0 ? part + "." : part) === 0 : text.indexOf(part) >= 0; });
        }).slice(0, 60).map(function (each) { return Object.assign({ chosen: there.indexOf(each.id) >= 0 }, each); });
      });
    }

    combobox(search, box, { found: form.dataset.tFound, none: form.dataset.tNoneFound }, find, function (option) {
      const there = chosen();
      names[option.id] = option.text;
      search.value = "";
      set(there.indexOf(option.id) >= 0 ? there.filter(function (each) { return each !== option.id; }) : there.concat(option.id));
    });
    // Whole numbers that are typed, or pasted from a plan, need no list.
    search.addEventListener("change", function () {
      const typed = root.numbersIn(search.value);
      if (typed.length && typed.every(function (each) { return /^[0-9]{1,2}(\.[0-9a-z]{1,2})?$/.test(each); })) {
        search.value = "";
        set(chosen().concat(typed.filter(function (each) { return chosen().indexOf(each) < 0; })));
      }
    });
    search.addEventListener("keydown", function (event) {
      if (event.key === "Backspace" && !search.value && chosen().length) { set(chosen().slice(0, -1)); }
    });
    input.addEventListener("sheet:written", draw);
    draw();
    if (chosen().length) {
      reference(form).then(function (goals) { listed(goals).forEach(function (each) { names[each.id] = each.text; }); draw(); }, function () { /* numbers alone do */ });
    }
  }

  function organisation(form, input, change) {
    const url = form.dataset.url + "organisations?q=";
    combobox(input, input.parentElement, { found: form.dataset.tFound, none: form.dataset.tNoneFound }, function (words) {
      if (!words) { return Promise.resolve([]); }
      return fetch(url + encodeURIComponent(words), { credentials: "same-origin" }).then(function (answer) { return answer.json(); }).then(function (told) {
        return told.organisations.map(function (each) { return { id: each.id, text: each.name }; });
      });
    }, function (option) {
      input.dataset.organisation = option.id;
      input.value = input.dataset.was = option.text;
      change(input);
    });
  }

  // A filter over the 17 goals, by number or words of either language.
  function goalFilter(form, grid) {
    const legend = grid.closest("fieldset").querySelector("legend").textContent.trim();
    const search = make("input", { "class": "in", maxlength: "60", autocomplete: "off", "aria-label": legend + ": " + form.dataset.tSearchTargets, placeholder: form.dataset.tSearchTargets });
    grid.parentElement.insertBefore(search, grid);
    search.addEventListener("input", function () {
      reference(form).then(function (goals) {
        const words = search.value.trim().toLowerCase();
        grid.querySelectorAll("label").forEach(function (each) {
          const goal = goals[Number(each.dataset.goal) - 1];
          each.hidden = Boolean(words) && (goal.number + " " + goal.words).toLowerCase().indexOf(words) < 0;
        });
      }, function () { /* all goals stay in sight */ });
    });
  }

  // Makes the pickers of a part of the page; `change(control)` tells that a value is another.
  root.sheetPickers = function (form, part, change) {
    part.querySelectorAll("[data-picker]").forEach(function (each) { if (each.type !== "hidden") { numbers(form, each, change); } });
    part.querySelectorAll("[data-organisation]").forEach(function (each) { if (each.getAttribute("role") !== "combobox") { organisation(form, each, change); } });
    part.querySelectorAll("[data-goals]").forEach(function (each) { if (each.dataset.goals === "") { each.dataset.goals = "ready"; goalFilter(form, each); } });
  };

  // The threads at a field, fetched and answered in place.
  root.sheetTalk = function (link, close) {
    const field = link.closest("[data-field]");
    const open = field.querySelector(".talk");
    if (open) { open.remove(); link.removeAttribute("data-open"); link.focus(); return; }
    const show = function (answer) {
      return answer.text().then(function (html) {
        const found = new DOMParser().parseFromString(html, "text/html").getElementById("talk");
        if (!found) { location.href = link.href; return; }
        const before = field.querySelector(".talk");
        if (before) { before.remove(); }
        found.removeAttribute("id");
        const shut = make("button", { type: "button", "class": "plain-button" }, close);
        shut.addEventListener("click", function () { found.remove(); link.removeAttribute("data-open"); link.focus(); });
        found.appendChild(shut);
        link.dataset.open = "";
        field.appendChild(found);
        const area = found.querySelector("form:last-of-type textarea");
        if (area) { area.focus(); }
      });
    };
    fetch(link.href, { credentials: "same-origin" }).then(show, function () { location.href = link.href; });
    return show;
  };
}());

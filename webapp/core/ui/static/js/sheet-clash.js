// Two versions of one value side by side at their field, until somebody chooses. `LocalGoals.sheetClashes(form, settle)`.
(function () {
  "use strict";

  const root = window.LocalGoals = window.LocalGoals || {};

  function make(tag, name, text) {
    const element = document.createElement(tag);
    if (name) { element.className = name; }
    if (text !== undefined) { element.textContent = text; }
    return element;
  }

  root.sheetClashes = function (form, held, settle) {
    const t = form.dataset;

    function side(box, who, words, button, choice) {
      const part = box.appendChild(make("div"));
      part.appendChild(make("p", "who-line", who));
      part.appendChild(make("p", "said", words));
      const pressed = part.appendChild(make("button", "btn second", button));
      pressed.type = "button";
      pressed.name = "choice";
      pressed.value = choice;
    }

    function build(each) {
      const box = make("section", "clash");
      const newer = held[each.change];
      const mine = typeof newer === "string" ? newer : each.mine_words;
      box.id = "clash-" + each.change;
      box.dataset.clash = each.change;
      box.setAttribute("aria-labelledby", box.id + "-title");
      box.appendChild(make("p", "clash-title", each.row && !each.mine_words ? t.tClashRow : t.tClash)).id = box.id + "-title";
      const sides = box.appendChild(make("div", "sides"));
      side(sides, t.tWrote.replace("{name}", each.person || t.tSomebody).replace("{time}", each.when), mine || (each.row ? t.tRowRemoved : t.tNothing), t.tTakeMine, "mine");
      side(sides, t.tOnSheet, each.theirs_words || (each.row ? t.tRowStands : t.tNothing), t.tTakeTheirs, "theirs");
      if (each.text) {
        const more = box.appendChild(make("details"));
        more.appendChild(make("summary", "", t.tBoth));
        const label = more.appendChild(make("label", "vh", t.tOneText));
        const area = more.appendChild(make("textarea", "in"));
        area.id = label.htmlFor = "both-" + each.change;
        area.rows = 4;
        area.value = [each.theirs_words, mine].filter(Boolean).join("\n");
        const keep = more.appendChild(make("button", "btn second", t.tKeepBoth));
        keep.type = "button";
        keep.name = "choice";
        keep.value = "both";
      }
      return box;
    }

    form.addEventListener("click", function (event) {
      const button = event.target.closest("[data-clash] button[name=choice]");
      if (!button) { return; }
      const box = button.closest("[data-clash]");
      const body = { choice: button.value };
      event.preventDefault();
      if (button.value === "both") { body.value = box.querySelector("textarea").value; }
      if (button.value === "mine" && box.dataset.clash in held) { body.value = held[box.dataset.clash]; }
      settle(box.dataset.clash, body).then(function () {
        const field = box.closest("[data-field]");
        box.remove();
        if (field) { field.focus(); }
      }, function (why) {
        let place = box.querySelector(".err");
        if (!place) { place = box.appendChild(make("p", "err")); place.setAttribute("role", "alert"); }
        place.textContent = why.sentence || t.tFailed;
      });
    });

    // The open conflicts, as the server tells them: new ones appear, settled ones go; one in which somebody writes stays as it is.
    return function (list) {
      const open = list.map(function (each) { return each.change; });
      form.querySelectorAll("[data-clash]").forEach(function (box) {
        if (open.indexOf(box.dataset.clash) < 0) { box.remove(); }
      });
      Object.keys(held).forEach(function (change) { if (open.indexOf(change) < 0) { delete held[change]; } });
      list.forEach(function (each) {
        const field = document.getElementById("f-" + each.at.split("/")[0]);
        const before = document.getElementById("clash-" + each.change);
        if (!field || (before && before.contains(document.activeElement))) { return; }
        const box = build(each);
        if (before) { before.replaceWith(box); } else {
          const after = field.querySelector("[data-error]");
          field.insertBefore(box, after && after.parentElement === field ? after.nextSibling : field.children[1] || null);
        }
      });
    };
  };
}());

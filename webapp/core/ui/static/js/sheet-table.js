// Rows of a table: added, moved, removed, put back and pasted without leaving the page; and the order of a ranking.
// `LocalGoals.sheetTables(form, hooks)` with hooks change(path, value), paste(body), say(text).
(function () {
  "use strict";

  const root = window.LocalGoals = window.LocalGoals || {};
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const HEAD = 4;
  const MIDDLE = DIGITS[31];

  // Keys that put rows in order, as the server makes them (webapp/questionnaires/order_keys.py).
  function step(key, by) {
    let number = Array.from(key.slice(0, HEAD).padEnd(HEAD, "0")).reduce(function (sum, each) { return sum * 62 + DIGITS.indexOf(each); }, 0) + by;
    if (number < 0 || number >= Math.pow(62, HEAD)) { return by > 0 ? middle(key, "") : middle("", key.replace(/0+$/, "")); }
    let found = "";
    for (let i = 0; i < HEAD; i += 1) { found = DIGITS[number % 62] + found; number = Math.floor(number / 62); }
    return found + MIDDLE;
  }

  function middle(low, high) {
    let same = 0;
    while (high && same < high.length && (low[same] || "0") === high[same]) { same += 1; }
    if (same) { return high.slice(0, same) + middle(low.slice(same), high.slice(same)); }
    const first = low ? DIGITS.indexOf(low[0]) : 0;
    const last = high ? DIGITS.indexOf(high[0]) : 62;
    if (last - first > 1) { return DIGITS[Math.floor((first + last + 1) / 2)]; }
    return high.length > 1 ? high[0] : DIGITS[first] + middle(low.slice(1), "");
  }

  root.keyBetween = function (low, high) {
    if (!high) { return low ? step(low, 1) : "U000" + MIDDLE; }
    if (!low) { return step(high, -1); }
    const end = high.replace(/0+$/, "");
    return low < end ? middle(low, end) : step(low, 1);
  };

  root.sheetTables = function (form, hooks) {
    const self = {};
    const text = function (name) { return form.dataset[name] || ""; };

    function body(id) {
      const table = form.querySelector('[data-table="' + id + '"]');
      return table ? table.tBodies[0] : null;
    }

    function rows(id) { return body(id) ? Array.prototype.slice.call(body(id).rows) : []; }

    function key(row) { return row.querySelector(".no input"); }

    function say(id, words) {
      const place = form.querySelector('[data-table-says="' + id + '"]');
      if (place) { place.textContent = words; }
      return place;
    }

    function number(id) {
      rows(id).forEach(function (row, i) {
        const shown = row.querySelector(".row-no");
        const before = shown.textContent;
        const now = String(i + 1);
        if (before === now) { return; }
        shown.textContent = now;
        row.querySelectorAll("[aria-label]").forEach(function (each) {
          each.setAttribute("aria-label", each.getAttribute("aria-label").replace(new RegExp(before.replace(/[{}]/g, "\\$&") + "(?!.*" + before.replace(/[{}]/g, "\\$&") + ")"), now));
        });
      });
    }

    function make(id, row, at) {
      const template = form.querySelector('template[data-new-row="' + id + '"]');
      const holder = document.createElement("template");
      holder.innerHTML = template.innerHTML.split("{row}").join(row).split("{at}").join(at);
      return holder.content.querySelector("tr");
    }

    function insert(id, made) {
      const at = key(made).value;
      const before = rows(id).find(function (each) { return key(each).value > at || (key(each).value === at && each.dataset.row > made.dataset.row); });
      body(id).insertBefore(made, before || null);
      trail(id);
      number(id);
      if (hooks.ready) { hooks.ready(made); }
    }

    // Rows that are only offered stay behind those that are there.
    function trail(id) {
      const there = rows(id);
      let last = there.filter(function (each) { return !each.hasAttribute("data-offered"); }).reduce(function (most, each) { return key(each).value > most ? key(each).value : most; }, "");
      there.filter(function (each) { return each.hasAttribute("data-offered") && !each.contains(document.activeElement); }).forEach(function (each) {
        last = key(each).value = root.keyBetween(last, "");
        body(id).appendChild(each);
      });
    }

    // What the server, or this device's queue, says of a row: here, elsewhere, or gone.
    self.apply = function (path, value) {
      const parts = path.split("/");
      const id = parts[0];
      if (!body(id)) { return; }
      const here = rows(id).find(function (each) { return each.dataset.row === parts[1]; });
      if (value === null) {
        if (here && !here.contains(document.activeElement)) { here.remove(); number(id); }
        return;
      }
      const kept = form.querySelector('[data-gone="' + id + '"] [data-gone-row="' + parts[1] + '"]');
      if (kept) { kept.remove(); fold(id); }
      if (!here) {
        const made = make(id, parts[1], value.at);
        made.removeAttribute("data-offered");
        insert(id, made);
      } else {
        key(here).value = value.at;
        if (!here.contains(document.activeElement)) { here.remove(); insert(id, here); }
      }
      const stored = rows(id).find(function (each) { return each.dataset.row === parts[1]; });
      if (stored) { stored.removeAttribute("data-offered"); }
    };

    // A row that was only offered becomes one when something is written in it.
    self.keep = function (control) {
      const row = control.closest("[data-offered]");
      const table = control.closest("[data-table]");
      if (!row || !table) { return; }
      row.removeAttribute("data-offered");
      hooks.change(table.dataset.table + "/" + row.dataset.row, { at: key(row).value });
    };

    function add(id) {
      const there = rows(id);
      const max = Number(form.querySelector('[data-table="' + id + '"]').dataset.max);
      if (there.length >= max) { say(id, text("tFull").replace("{max}", max)); return; }
      const last = there.length ? key(there[there.length - 1]).value : "";
      const made = make(id, root.rowId(), root.keyBetween(last, ""));
      insert(id, made);
      made.removeAttribute("data-offered");
      hooks.change(id + "/" + made.dataset.row, { at: key(made).value });
      say(id, text("tAdded").replace("{number}", rows(id).length));
      const first = made.querySelector("td input, td select, td textarea");
      if (first) { first.focus(); }
    }

    function move(id, row, by) {
      const there = rows(id);
      const at = there.indexOf(row);
      const to = at + by;
      if (to < 0 || to >= there.length) { return; }
      const low = by < 0 ? there[to - 1] : there[to];
      const high = by < 0 ? there[to] : there[to + 1];
      key(row).value = root.keyBetween(low ? key(low).value : "", high ? key(high).value : "");
      body(id).insertBefore(row, by < 0 ? there[to] : there[to].nextSibling);
      number(id);
      if (!row.hasAttribute("data-offered")) { hooks.change(id + "/" + row.dataset.row, { at: key(row).value }); }
      say(id, text("tMoved").replace("{number}", to + 1).replace("{count}", there.length));
    }

    function fold(id) {
      const box = form.querySelector('[data-gone="' + id + '"]');
      box.hidden = !box.querySelector("li");
    }

    function words(row) {
      return Array.prototype.map.call(row.querySelectorAll("td input:not([type=hidden]):not([type=checkbox]), td textarea, td select"), function (each) {
        return each.tagName === "SELECT" ? (each.selectedOptions[0] || {}).textContent || "" : each.value;
      }).filter(Boolean).join(" · ").slice(0, 120);
    }

    function remove(id, row) {
      const there = rows(id);
      const at = there.indexOf(row);
      const value = { at: key(row).value };
      const said = words(row);
      const stored = !row.hasAttribute("data-offered");
      row.remove();
      number(id);
      if (stored) { hooks.change(id + "/" + row.dataset.row, null); }
      const place = say(id, text("tRemoved").replace("{number}", at + 1) + " ");
      const undo = document.createElement("button");
      undo.type = "button";
      undo.className = "plain-button";
      undo.textContent = text("tUndo");
      undo.addEventListener("click", function () {
        insert(id, row);
        key(row).value = value.at;
        if (stored) { hooks.change(id + "/" + row.dataset.row, value); }
        say(id, "");
        const kept = form.querySelector('[data-gone="' + id + '"] [data-gone-row="' + row.dataset.row + '"]');
        if (kept) { kept.remove(); fold(id); }
        row.querySelector("button").focus();
      });
      place.appendChild(undo);
      if (stored && said) {
        const line = document.createElement("li");
        line.dataset.goneRow = row.dataset.row;
        line.appendChild(document.createElement("span")).textContent = said + " ";
        const back = line.appendChild(document.createElement("button"));
        back.className = "plain-button";
        back.name = "_row";
        back.value = id + "/" + row.dataset.row + ":restore";
        back.textContent = text("tPutBack");
        form.querySelector('[data-gone="' + id + '"] ul').appendChild(line);
        fold(id);
      }
      const next = rows(id)[Math.min(at, rows(id).length - 1)];
      (next ? next.querySelector(".row-acts button") : undo).focus();
    }

    // The buttons of rows, by their value `table:add` or `table/row:up`; true if this page did what they say.
    self.press = function (button) {
      const parts = button.value.split(":");
      const at = parts[0].split("/");
      const row = rows(at[0]).find(function (each) { return each.dataset.row === at[1]; });
      if (parts[1] === "add") { add(at[0]); } else if (parts[1] === "paste") { paste(at[0], null); } else if (parts[1] === "restore") {
        const there = rows(at[0]);
        hooks.change(parts[0], { at: root.keyBetween(there.length ? key(there[there.length - 1]).value : "", "") });
        self.apply(parts[0], { at: root.keyBetween(there.length ? key(there[there.length - 1]).value : "", "") });
        hooks.fill(parts[0]);
      } else if (row && parts[1] === "remove") { remove(at[0], row); } else if (row) {
        move(at[0], row, parts[1] === "up" ? -1 : 1);
        button.focus();
      }
    };

    function paste(id, cell, copied) {
      const box = form.querySelector('[data-paste="' + id + '"]');
      const area = box.querySelector("[data-paste-text]");
      const at = cell ? cell.name.split("/") : [];
      if (cell) { area.value = copied; }
      say(id, text("tPasting"));
      const row = cell && !cell.closest("[data-offered]") ? at[1] : "";
      hooks.paste({ table: id, text: area.value, row: row, column: at[2] || "" }).then(function () {
        rows(id).forEach(function (each) { if (each.hasAttribute("data-offered")) { each.remove(); } });
        number(id);
        form.querySelector('[name="_row"][value="' + id + ':add"]').focus();
        area.value = "";
        box.open = false;
        say(id, text("tPasted"));
      }, function (why) {
        box.open = true;
        say(id, why.sentence || text("tPasteOffline"));
        area.focus();
      });
    }

    form.addEventListener("paste", function (event) {
      const cell = event.target.closest("[data-table] [name]");
      const copied = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
      const many = /\t/.test(copied) || (/\n./.test(copied.trim()) && cell && cell.tagName !== "TEXTAREA");
      if (!cell || !many) { return; }
      event.preventDefault();
      paste(cell.closest("[data-table]").dataset.table, cell, copied);
    });
    // Up and down between the rows of a column, with Alt so that the keys keep their meaning in the cell.
    form.addEventListener("keydown", function (event) {
      const cell = event.target.closest("[data-table] td");
      if (!cell || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) { return; }
      const there = rows(cell.closest("[data-table]").dataset.table);
      const next = there[there.indexOf(cell.parentElement) + (event.key === "ArrowUp" ? -1 : 1)];
      const control = next ? next.cells[cell.cellIndex].querySelector("input, select, textarea, summary") : null;
      if (control) { event.preventDefault(); control.focus(); }
    });
    return self;
  };

  // The list of a ranking: shows an order, and changes it by its buttons.
  root.sheetRanking = function (list) {
    const path = list.dataset.ranking;
    const items = function () { return Array.prototype.slice.call(list.children); };
    const self = {};

    self.order = function () { return items().filter(function (each) { return each.hasAttribute("data-ranked"); }).map(function (each) { return each.dataset.item; }); };

    function button(item, act, shown, label) {
      const made = document.createElement("button");
      made.className = "btn second small";
      made.name = "_rank";
      made.value = path + ":" + item.dataset.item + ":" + act;
      made.textContent = shown;
      made.setAttribute("aria-label", label.replace("{item}", item.querySelector(".item").textContent.trim()));
      return made;
    }

    self.show = function (order) {
      const there = items();
      const sorted = order.map(function (id) { return there.find(function (each) { return each.dataset.item === id; }); }).filter(Boolean);
      sorted.concat(there.filter(function (each) { return sorted.indexOf(each) < 0; })).forEach(function (item, i) {
        const ranked = i < sorted.length;
        const acts = item.querySelector(".row-acts");
        const input = item.querySelector("input");
        item.toggleAttribute("data-ranked", ranked);
        item.querySelector(".rank-no").textContent = ranked ? i + 1 : "–";
        if (ranked && !input) {
          const made = document.createElement("input");
          made.type = "hidden";
          made.name = path;
          made.value = item.dataset.item;
          item.insertBefore(made, acts);
        } else if (!ranked && input) { input.remove(); }
        acts.textContent = "";
        if (ranked) {
          acts.appendChild(button(item, "up", "↑", list.dataset.up));
          acts.appendChild(button(item, "down", "↓", list.dataset.down));
          acts.appendChild(button(item, "drop", list.dataset.wordDrop, list.dataset.drop));
        } else { acts.appendChild(button(item, "add", list.dataset.wordAdd, list.dataset.add)); }
        list.appendChild(item);
      });
    };

    // The new order after a button; the focus stays on the same item.
    self.press = function (pressed) {
      const parts = pressed.value.split(":");
      const order = self.order();
      const at = order.indexOf(parts[1]);
      if (parts[2] === "add" && at < 0) { order.push(parts[1]); } else if (at >= 0) {
        order.splice(at, 1);
        if (parts[2] !== "drop") { order.splice(Math.max(0, at + (parts[2] === "up" ? -1 : 1)), 0, parts[1]); }
      }
      self.show(order);
      const again = list.querySelector('[value="' + pressed.value + '"]') || list.querySelector('[data-item="' + parts[1] + '"] button');
      if (again) { again.focus(); }
      return order;
    };
    return self;
  };
}());

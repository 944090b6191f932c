// A session's agenda while somebody types: times follow at once, Alt and an arrow key move a line, Enter adds one.
// Without it every button asks the server, which answers with the same form.
(function () {
  "use strict";

  const form = document.querySelector("[data-agenda]");
  if (!form) { return; }
  const list = form.querySelector("[data-rows]");
  const sum = form.querySelector("[data-sum]");
  const say = form.querySelector("[data-say]");
  const DAY = 24 * 60;
  let made = 0;
  let changed = false;

  function rows() { return Array.prototype.slice.call(list.children); }

  function there() { return rows().filter(function (row) { return field(row, "removed").value !== "1"; }); }

  function field(row, name) { return row.querySelector('[name="' + name + '"]'); }

  function minute(id) {
    const found = /^(\d{1,2}):(\d{2})/.exec(document.getElementById(id).value);
    return found ? Number(found[1]) * 60 + Number(found[2]) : null;
  }

  function clock(at) {
    const inDay = ((at % DAY) + DAY) % DAY;
    return String(Math.floor(inDay / 60)).padStart(2, "0") + ":" + String(inDay % 60).padStart(2, "0");
  }

  function minutes(row) {
    const text = field(row, "minutes").value.trim();
    return /^\d{1,4}$/.test(text) ? Number(text) : 0;
  }

  function reckon() {
    const starts = minute("starts");
    const ends = minute("ends");
    let at = starts;
    let planned = 0;
    there().forEach(function (row) {
      const long = minutes(row);
      row.querySelector("[data-time]").textContent = at === null ? "" : clock(at) + "–" + clock(at + long);
      if (at !== null) { at += long; }
      planned += long;
    });
    if (starts === null || ends === null) { return; }
    const length = Math.max(0, ends - starts);
    const spare = length - planned;
    const text = spare === 0 ? form.dataset.full : spare > 0 ? form.dataset.free : form.dataset.over;
    sum.textContent = text.replace("{planned}", planned).replace("{length}", length).replace("{spare}", Math.abs(spare));
    sum.classList.toggle("over", spare < 0);
  }

  function touched() { changed = true; reckon(); }

  function title(row) {
    const texts = Array.prototype.map.call(row.querySelectorAll('[name^="title."]'), function (each) { return each.value.trim(); });
    return texts.find(Boolean) || "";
  }

  function fresh() {
    const holder = document.createElement("template");
    made += 1;
    holder.innerHTML = form.querySelector("[data-new]").innerHTML.split("{at}").join("n" + made);
    return holder.content.firstElementChild;
  }

  function add(after) {
    const row = fresh();
    list.insertBefore(row, after ? after.nextSibling : null);
    touched();
    row.querySelector('[name^="title."]').focus();
  }

  // The order on the page is the order that is sent; lines that were taken out are passed over.
  function move(row, by) {
    const here = there();
    const to = here.indexOf(row) + by;
    if (to < 0 || to >= here.length) { return; }
    const focused = document.activeElement;
    list.insertBefore(row, by < 0 ? here[to] : here[to].nextSibling);
    if (row.contains(focused)) { focused.focus(); }
    touched();
    say.textContent = form.dataset.moved.replace("{number}", to + 1).replace("{count}", here.length);
  }

  function duplicate(row) {
    const copy = fresh();
    row.querySelectorAll(".kept [name]:not(button)").forEach(function (each) { field(copy, each.name).value = each.value; });
    list.insertBefore(copy, row.nextSibling);
    touched();
    field(copy, "minutes").focus();
  }

  function take(row, out) {
    field(row, "removed").value = out ? "1" : "";
    row.classList.toggle("gone", out);
    row.querySelector("[data-gone-title]").textContent = title(row);
    touched();
    if (out) { say.textContent = form.dataset.taken.replace("{title}", title(row)); }
    row.querySelector(out ? '[data-act="restore"]' : '[name="minutes"]').focus();
  }

  list.addEventListener("click", function (event) {
    const button = event.target.closest("[data-act]");
    if (!button) { return; }
    event.preventDefault();
    const row = button.closest("[data-row]");
    const acts = {
      up: function () { move(row, -1); }, down: function () { move(row, 1); }, duplicate: function () { duplicate(row); },
      remove: function () { take(row, true); }, restore: function () { take(row, false); },
    };
    acts[button.dataset.act]();
  });

  list.addEventListener("keydown", function (event) {
    const row = event.target.closest("[data-row]");
    if (!row || event.isComposing || event.keyCode === 229) { return; }
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      move(row, event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Enter" && event.target.tagName === "INPUT") {
      event.preventDefault();
      add(row);
    }
  });

  form.querySelector('.acts [data-act="add"]').addEventListener("click", function (event) {
    event.preventDefault();
    add(null);
  });

  form.querySelector('.acts [data-act="fit"]').addEventListener("click", function (event) {
    event.preventDefault();
    const starts = minute("starts");
    const planned = there().reduce(function (total, row) { return total + minutes(row); }, 0);
    if (starts !== null && planned > 0 && starts + planned < DAY) {
      document.getElementById("ends").value = clock(starts + planned);
      touched();
    }
  });

  form.addEventListener("input", touched);
  form.addEventListener("submit", function () { changed = false; });
  window.addEventListener("beforeunload", function (event) {
    if (changed) { event.preventDefault(); event.returnValue = form.dataset.leave; }
  });
  form.querySelector("[data-keys]").hidden = false;
  reckon();
}());

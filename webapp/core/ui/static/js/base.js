/* Small comforts for every page. Nothing here is needed: without it each page still works. */
(function () {
  "use strict";
  var each = function (selector, use) { Array.prototype.forEach.call(document.querySelectorAll(selector), use); };

  /* Menus close on Escape and when the focus or a click goes elsewhere. */
  each("[data-drop]", function (menu) {
    var close = function (event) { if (menu.open && !menu.contains(event.target)) { menu.open = false; } };
    document.addEventListener("click", close);
    document.addEventListener("focusin", close);
    menu.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && menu.open) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  });

  /* The list of errors is read first. */
  var first = document.querySelector("[data-focus]");
  if (first) { first.focus(); }

  /* Of a strip of links that does not fit, the page itself stands in sight. */
  each(".tabs [aria-current]", function (here) {
    var strip = here.closest(".tabs");
    strip.scrollLeft += here.getBoundingClientRect().left - strip.getBoundingClientRect().left - 48;
  });

  /* A form is sent once. The button keeps its name and value; coming back makes it usable again. */
  var release = function (form) {
    delete form.dataset.sent;
    Array.prototype.forEach.call(form.querySelectorAll("button[aria-disabled]"), function (button) {
      button.removeAttribute("aria-disabled");
    });
  };
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-once") || event.defaultPrevented) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    Array.prototype.forEach.call(form.querySelectorAll("button:not([type=button])"), function (button) {
      button.setAttribute("aria-disabled", "true");
    });
    /* A download answers without leaving the page. */
    window.setTimeout(function () { release(form); }, 8000);
  });
  window.addEventListener("pageshow", function () { each("form[data-sent]", release); });

  /* Copy and print, where the browser can. */
  if (navigator.clipboard) {
    each("[data-copy]", function (button) {
      var label = button.textContent;
      button.hidden = false;
      button.setAttribute("aria-live", "polite");
      button.addEventListener("click", function () {
        var source = document.querySelector(button.dataset.copy);
        navigator.clipboard.writeText((source.value || source.textContent).trim()).then(function () {
          button.textContent = button.dataset.done;
          window.setTimeout(function () { button.textContent = label; }, 3000);
        });
      });
    });
  }
  each("[data-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  /* Pages kept for work without a network belong to whoever was signed in: they go when nobody is. */
  if (window.caches && document.querySelector("a.in-out")) {
    window.caches.keys().then(function (names) {
      names.forEach(function (name) { if (name.indexOf("attendance:") === 0) { window.caches.delete(name); } });
    }, function () { /* a closed store keeps nothing */ });
  }

  /* What was typed stays while the language changes. Passwords, files and hidden fields are never kept. */
  var KEPT = "typed:" + location.pathname;
  var controls = function () {
    return Array.prototype.filter.call(document.querySelectorAll("form[method=post] [name]"), function (control) {
      return control.matches("input, select, textarea") && ["password", "file", "hidden", "submit"].indexOf(control.type) < 0;
    });
  };
  each("[data-language]", function (link) {
    link.addEventListener("click", function () {
      var typed = controls().map(function (control) {
        return control.type === "radio" || control.type === "checkbox" ? control.checked : control.value;
      });
      try { sessionStorage.setItem(KEPT, JSON.stringify(typed)); } catch (error) { /* a full or closed store keeps nothing */ }
    });
  });
  try {
    var typed = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    sessionStorage.removeItem(KEPT);
    var here = controls();
    if (typed && typed.length === here.length) {
      here.forEach(function (control, i) {
        if (typeof typed[i] === "boolean") { control.checked = typed[i]; } else { control.value = typed[i]; }
      });
    }
  } catch (error) { /* what cannot be read is not restored */ }
}());

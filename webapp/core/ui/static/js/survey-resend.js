// After an answer without a name: the thanks page removes what this browser kept; where an answer was cut off, it is offered again.
(function () {
  "use strict";

  const sent = document.querySelector("[data-sent]");
  const form = document.querySelector("[data-resend]");
  try {
    if (sent) { localStorage.removeItem(sent.dataset.sent); }
    if (form) {
      const kept = JSON.parse(localStorage.getItem(form.dataset.resend) || "null");
      if (kept && kept.form && kept.tried) {
        kept.form.forEach(function (pair) {
          const field = document.createElement("input");
          field.type = "hidden";
          field.name = pair[0];
          field.value = pair[1];
          form.appendChild(field);
        });
        form.hidden = false;
      }
    }
  } catch (error) { /* a closed store: nothing was kept */ }
}());

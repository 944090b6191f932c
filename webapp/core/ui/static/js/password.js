/* Lets people look at the password they type. Without it the field is an ordinary one. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("input[data-reveal]"), function (input) {
    var button = document.createElement("button");
    var show = function (visible) {
      input.type = visible ? "text" : "password";
      button.textContent = visible ? input.dataset.conceal : input.dataset.reveal;
      button.setAttribute("aria-label", visible ? input.dataset.concealLabel : input.dataset.revealLabel);
    };
    button.type = "button";
    button.className = "plain-button";
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", function () {
      show(input.type === "password");
      input.focus();
    });
    show(false);
    input.parentNode.classList.add("pass");
    input.parentNode.appendChild(button);
    /* Password managers know the field by its type. */
    input.form.addEventListener("submit", function () { show(false); });
  });
}());

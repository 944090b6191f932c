// Shows the slides of a page one by one. Without this script the page scrolls and prints all the same.
"use strict";
(() => {
  const deck = document.querySelector("[data-deck]");
  if (!deck) return;
  const slides = [...deck.querySelectorAll(".slide")];
  const bar = deck.querySelector("[data-deck-bar]");
  const notes = deck.querySelector("[data-deck-notes]");
  const help = document.querySelector("[data-deck-help]");
  let at = Math.max(0, slides.findIndex((slide) => `#${slide.id}` === location.hash));
  const on = () => deck.classList.contains("on");

  const show = (number) => {
    at = Math.min(slides.length - 1, Math.max(0, number));
    slides.forEach((slide, index) => slide.classList.toggle("now", index === at));
    history.replaceState(null, "", `#${slides[at].id}`);
    slides[at].focus({ preventScroll: true });
    slides[at].querySelector(".face").scrollTop = 0;
  };

  const start = () => {
    deck.classList.add("on");
    bar.hidden = false;
    show(at);
    const asked = document.documentElement.requestFullscreen && document.documentElement.requestFullscreen();
    if (asked && asked.catch) asked.catch(() => {});
  };

  const end = () => {
    deck.classList.remove("on");
    bar.hidden = true;
    if (document.fullscreenElement) document.exitFullscreen();
    slides[at].scrollIntoView();
  };

  const toggleNotes = () => {
    const shown = deck.classList.toggle("noted");
    notes.setAttribute("aria-pressed", String(shown));
  };

  const go = (number) => {
    if (on()) show(number);
    else start();
  };
  const keys = {
    ArrowRight: () => go(at + 1), ArrowDown: () => on() && show(at + 1), PageDown: () => go(at + 1),
    ArrowLeft: () => go(at - 1), ArrowUp: () => on() && show(at - 1), PageUp: () => go(at - 1),
    Home: () => on() && show(0), End: () => on() && show(slides.length - 1),
    n: toggleNotes, N: toggleNotes, Escape: () => on() && end(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === " " && on() && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      show(at + (event.shiftKey ? -1 : 1));
      return;
    }
    if (!(event.key in keys) || (!on() && /^(ArrowUp|ArrowDown|PageUp|PageDown|Home|End|n|N)$/.test(event.key))) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && on()) end();
  });
  let touched = null;
  deck.addEventListener("touchstart", (event) => { touched = event.changedTouches[0].clientX; }, { passive: true });
  deck.addEventListener("touchend", (event) => {
    const moved = event.changedTouches[0].clientX - touched;
    if (on() && Math.abs(moved) > 60) show(at + (moved < 0 ? 1 : -1));
  }, { passive: true });
  deck.querySelector("[data-deck-back]").addEventListener("click", () => show(at - 1));
  deck.querySelector("[data-deck-next]").addEventListener("click", () => show(at + 1));
  deck.querySelector("[data-deck-end]").addEventListener("click", end);
  notes.addEventListener("click", toggleNotes);
  help.querySelector("[data-deck-start]").addEventListener("click", start);
  help.hidden = false;
})();

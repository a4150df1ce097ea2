// Fetches the page again when something on it changed, and puts in what differs. The page works without it.
"use strict";

// A render tells of each percent; one look in this time is enough to follow, however many run.
const PAUSE_MS = 2000;
const KINDS = ["stop", ...(document.body.dataset.follow ?? "render campaign").split(" ")];

const isTyping = (part) =>
  part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select, video") ||
  [...part.querySelectorAll("input, textarea, select")].some((field) =>
    field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked
      : field.matches("select") ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.type !== "hidden" && field.value !== field.defaultValue) ||
  [...part.querySelectorAll("video")].some((video) => !video.paused);

// What is folded open or closed stays so, and each form's key changes with every page: neither is news.
const news = (part) => {
  const copy = part.cloneNode(true);
  for (const fold of [copy, ...copy.querySelectorAll("details")]) fold.removeAttribute("open");
  for (const field of copy.querySelectorAll("input[type=hidden]")) field.remove();
  return copy.innerHTML;
};

const folds = (part) => [part, ...part.querySelectorAll("details")].filter((fold) => fold.matches("details"));

const replace = (old, fresh) => {
  const before = new Map(folds(old).map((fold, place) => [fold.id || place, fold.open]));
  folds(fresh).forEach((fold, place) => {
    const known = before.get(fold.id || place);
    if (known !== undefined) fold.open = known;
  });
  old.replaceWith(fresh);
};

class Follower {
  constructor() {
    this.due = 0;
    this.timer = null;
    this.wanted = false;
  }

  soon() {
    this.wanted = true;
    this.timer ??= setTimeout(() => this.look(), Math.max(0, this.due - Date.now()));
  }

  async look() {
    // What changes from here on may not be in the answer, so it asks for another look.
    this.wanted = false;
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
      if (answer.ok) this.show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch (error) {
      // The connection is lost; once it stands again, the messenger says so and the page is fetched.
      if (!(error instanceof TypeError)) throw error;
    } finally {
      this.due = Date.now() + PAUSE_MS;
      this.timer = null;
      if (this.wanted) this.soon();
    }
  }

  show(fresh) {
    // While Greenlight works on a campaign its page takes no words; what is being typed here stays.
    const quiet = fresh.querySelector("[data-quiet]") !== null;
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (!other || isTyping(part) || (quiet && part.dataset.live !== "always")) continue;
      if (news(part) !== news(other)) replace(part, document.adoptNode(other));
    }
    follow();
    prices();
  }
}

const total = (form) => {
  const chosen = form.elements.model.selectedOptions[0];
  const shapes = form.querySelectorAll("[name=ratio]:checked").length;
  const variants = form.elements.variants;
  if (variants) variants.max = chosen.dataset.most;
  const dollars = (Number(chosen.dataset.micros) * shapes * Number(variants?.value || 1)) / 1e6;
  const digits = dollars < 1 && Math.round(dollars * 1000) % 10 ? 3 : 2;
  form.querySelector("[data-total]").textContent = `With everything above: USD ${dollars.toFixed(digits)}`;
};

const prices = () => {
  for (const form of document.querySelectorAll("form[data-price]")) form.oninput = () => total(form);
};

const follower = new Follower();
let source = null;

// A page that loads itself again needs no second messenger.
const follow = () => {
  if (source || document.querySelector("meta[http-equiv=refresh]")) return;
  source = new EventSource("/api/v1/events");
  source.addEventListener("refetch", () => follower.soon());
  source.addEventListener("change", (event) => {
    if (KINDS.includes(JSON.parse(event.data).kind)) follower.soon();
  });
};

prices();
follow();

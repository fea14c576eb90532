// Short messages that people and screen readers get.

const place = document.getElementById("notices");
const SECONDS = { ok: 6, info: 6, warning: 12, failed: 30 };

// stays: until it is dismissed, for what a person has nowhere else.
export const notify = (text, look = "info", stays = false) => {
  const notice = document.createElement("div");
  notice.className = `notice ${look}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  close.addEventListener("click", () => notice.remove());
  notice.append(words, close);
  place.append(notice);
  notice.classList.toggle("stays", stays);
  while (place.childElementCount > 4) (place.querySelector(".notice:not(.stays)") || place.firstElementChild).remove();
  if (!stays) setTimeout(() => notice.remove(), SECONDS[look] * 1000);
};

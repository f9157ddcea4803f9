import { part, setText } from "./dom.js";

/** A product's pictures: which one is seen, and turning them by keys, buttons and thumbnails. */

function begin(gallery) {
  const track = part(gallery, "track");
  const pictures = [...track.children];
  if (pictures.length < 2) return;
  const thumbs = [...gallery.querySelectorAll(".thumbs a")];
  const previous = part(gallery, "previous");
  const next = part(gallery, "next");
  const count = part(gallery, "count");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let shown = 0;

  const paint = () => {
    const at = Math.round(track.scrollLeft / Math.max(1, track.clientWidth));
    shown = Math.min(pictures.length - 1, Math.max(0, at));
    setText(count, `${shown + 1} / ${pictures.length}`);
    previous.disabled = shown === 0;
    next.disabled = shown === pictures.length - 1;
    thumbs.forEach((thumb, number) => {
      if (number === shown) thumb.setAttribute("aria-current", "true");
      else thumb.removeAttribute("aria-current");
    });
  };

  const show = (number) => {
    const at = Math.min(pictures.length - 1, Math.max(0, number));
    const behavior = calm.matches ? "instant" : "smooth";
    track.scrollTo({ left: at * track.clientWidth, behavior });
  };

  const keys = {
    ArrowLeft: () => show(shown - 1),
    ArrowRight: () => show(shown + 1),
    Home: () => show(0),
    End: () => show(pictures.length - 1),
  };
  track.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  track.addEventListener("scroll", paint, { passive: true });
  previous.addEventListener("click", () => show(shown - 1));
  next.addEventListener("click", () => show(shown + 1));
  thumbs.forEach((thumb, number) => {
    thumb.addEventListener("click", (event) => {
      event.preventDefault();
      show(number);
    });
  });
  previous.hidden = next.hidden = false;
  paint();
}

for (const gallery of document.querySelectorAll("[data-gallery]")) begin(gallery);

import type { SnapshotProduct } from "../../shared/internal_api.ts";
import type { PageFrame } from "./layout.tsx";
import { picturesOf, pictureSource } from "./pictures.ts";

/**
 * A product's pictures: swiped where there is touch, chosen by thumbnails, turned by keys and
 * buttons once `gallery.js` runs. Without a script the thumbnails are links and do the same.
 */
export function Gallery({ frame, product }: { frame: PageFrame; product: SnapshotProduct }) {
  const { gallery } = frame.words;
  const pictures = picturesOf(product, frame.assets);
  const total = pictures.length;
  const several = total > 1;
  return (
    <div class="gallery" data-gallery>
      <div class="gallery-frame card">
        <div
          class="gallery-track"
          data-part="track"
          {...(several ? { role: "region", "aria-label": gallery.label, tabindex: 0 } : {})}
        >
          {pictures.map((path, at) => (
            <img
              key={path}
              id={`picture-${at + 1}`}
              {...pictureSource(path, "(min-width: 60rem) 34rem, 100vw")}
              alt={gallery.picture(product.name, at + 1, total)}
              width="480"
              height="360"
              {...(at === 0 ? { fetchpriority: "high" } : { loading: "lazy" })}
            />
          ))}
        </div>
        {several
          ? (
            <>
              <Turn part="previous" label={gallery.previous} sign="‹" />
              <Turn part="next" label={gallery.next} sign="›" />
              <p class="gallery-count" data-part="count" aria-hidden="true">1 / {total}</p>
            </>
          )
          : null}
      </div>
      {several
        ? (
          <ul class="thumbs">
            {pictures.map((path, at) => (
              <li key={path}>
                <a
                  href={`#picture-${at + 1}`}
                  aria-label={gallery.show(at + 1)}
                  {...(at === 0 ? { "aria-current": "true" } : {})}
                >
                  <img
                    {...pictureSource(path, "64px")}
                    alt=""
                    width="64"
                    height="48"
                    loading="lazy"
                  />
                </a>
              </li>
            ))}
          </ul>
        )
        : null}
    </div>
  );
}

function Turn({ part, label, sign }: { part: string; label: string; sign: string }) {
  return (
    <button type="button" class="gallery-turn" data-part={part} aria-label={label} hidden>
      {sign}
    </button>
  );
}

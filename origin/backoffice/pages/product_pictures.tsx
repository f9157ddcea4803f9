import type { AdminClient } from "../../admin/admin_client.ts";
import { readForm, readRefusal, take } from "../kit/api_answers.ts";
import { redirectWith } from "../kit/flash.ts";
import { Csrf, may } from "../kit/frame.tsx";
import type { PageApp, PageContext } from "../page_env.ts";
import { MAX_PICTURES, type ProductView } from "./product_form.tsx";

/** Most bytes of one picture; the API takes no more. */
const MAX_PICTURE_BYTES = 2 * 1024 * 1024;

/** What a file field takes. */
const KINDS = "image/jpeg,image/png,image/webp";

/** Where an uploaded picture is served, or why it was not taken. */
export type TakenPicture = { kind: "path"; path: string } | { kind: "fault"; message: string };

/** A form with its text fields and its picture; null when none was chosen. */
export async function readPictureForm(
  c: PageContext,
): Promise<{ values: Record<string, string>; file: File | null }> {
  const values: Record<string, string> = {};
  let file: File | null = null;
  for (const [name, value] of await c.req.raw.formData()) {
    if (typeof value === "string") values[name] = value;
    else if (name === "picture" && value.size > 0) file = value;
  }
  return { values, file };
}

/** Hands a picture to the API. */
export async function uploadPicture(api: AdminClient, file: File): Promise<TakenPicture> {
  if (file.size > MAX_PICTURE_BYTES) {
    return { kind: "fault", message: "A picture has at most 2 MB. Make it smaller first." };
  }
  const answer = await api.media.$post({}, {
    init: { body: await file.arrayBuffer(), headers: { "content-type": file.type } },
  });
  if (answer.status !== 201) {
    return { kind: "fault", message: (await readRefusal(answer)).detail };
  }
  const { path } = await answer.json();
  return { kind: "path", path };
}

/** A field for one picture. */
export function PictureField(
  { label, error, hint }: { label: string; error?: string | undefined; hint: string },
) {
  return (
    <div class="field">
      <label for="picture">{label}</label>
      <input
        type="file"
        id="picture"
        name="picture"
        accept={KINDS}
        data-picture
        aria-invalid={error ? "true" : undefined}
        aria-describedby={error ? "picture-hint picture-error" : "picture-hint"}
      />
      <p class="hint" id="picture-hint">{hint}</p>
      {error && <p class="error" id="picture-error">{error}</p>}
    </div>
  );
}

/** The pictures of a product in their order, with what changes it. */
export function Pictures({ c, product }: { c: PageContext; product: ProductView }) {
  const { images, name, productId } = product;
  const path = `/admin/products/${productId}/pictures`;
  return (
    <section class="card stack" aria-labelledby="pictures-title">
      <h2 id="pictures-title">Pictures</h2>
      {images.length === 0 && (
        <p class="quiet">None yet: buyers see a plain drawing instead of a picture.</p>
      )}
      {images.length > 0 && (
        <ol class="plain-list pictures">
          {images.map((image, at) => (
            <li>
              <img src={image} alt={`${name}, picture ${at + 1}`} loading="lazy" />
              {may(c) && (
                <form method="post" action={`${path}/change`} class="actions">
                  <Csrf c={c} />
                  <input type="hidden" name="picture" value={image} />
                  <Step what="earlier" sign="←" number={at + 1} off={at === 0} />
                  <Step what="later" sign="→" number={at + 1} off={at === images.length - 1} />
                  <Step what="remove" sign="Remove" number={at + 1} />
                </form>
              )}
            </li>
          ))}
        </ol>
      )}
      {may(c) && images.length < MAX_PICTURES && (
        <form method="post" action={path} enctype="multipart/form-data" class="stack">
          <Csrf c={c} />
          <PictureField
            label="Add a picture"
            hint={`JPEG, PNG or WebP, at most 2 MB. ${images.length} of ${MAX_PICTURES} are there; ` +
              `the first is shown in lists. Its text for screen readers is the product's name.`}
          />
          <div class="actions">
            <button type="submit">Upload</button>
          </div>
        </form>
      )}
    </section>
  );
}

const STEP_LABELS = { earlier: "Move earlier", later: "Move later", remove: "Remove" } as const;

function Step(
  { what, sign, number, off }: {
    what: keyof typeof STEP_LABELS;
    sign: string;
    number: number;
    off?: boolean;
  },
) {
  return (
    <button
      type="submit"
      class="small"
      name="do"
      value={what}
      disabled={off}
      aria-label={`${STEP_LABELS[what]}: picture ${number}`}
    >
      {sign}
    </button>
  );
}

/** What adds, orders and removes pictures. */
export function addPictureForms(app: PageApp): void {
  app.post("/products/:id/pictures", async (c) => {
    const id = c.req.param("id");
    const back = `/admin/products/${id}`;
    const { file } = await readPictureForm(c);
    if (file === null) return redirectWith(c, back, failed("Choose a picture first."));
    const api = c.get("api");
    const { images } = await take<ProductView>(await api.products[":id"].$get({ param: { id } }));
    if (images.length >= MAX_PICTURES) {
      return redirectWith(c, back, failed(`A product has at most ${MAX_PICTURES} pictures.`));
    }
    const taken = await uploadPicture(api, file);
    if (taken.kind === "fault") return redirectWith(c, back, failed(taken.message));
    if (images.includes(taken.path)) {
      return redirectWith(c, back, failed("The product has this picture already."));
    }
    return await saveImages(c, id, [...images, taken.path], "The picture was added.");
  });

  app.post("/products/:id/pictures/change", async (c) => {
    const id = c.req.param("id");
    const { do: what, picture = "" } = await readForm(c.req.raw);
    const { images } = await take<ProductView>(
      await c.get("api").products[":id"].$get({ param: { id } }),
    );
    const at = images.indexOf(picture);
    const next = at < 0 ? null : changed(images, at, what ?? "");
    if (next === null) {
      return redirectWith(
        c,
        `/admin/products/${id}`,
        failed("This picture is not there any more."),
      );
    }
    const text = what === "remove" ? "The picture was removed." : "The pictures were put in order.";
    return await saveImages(c, id, next, text);
  });
}

function changed(images: string[], at: number, what: string): string[] | null {
  if (what === "remove") return images.toSpliced(at, 1);
  const to = what === "earlier" ? at - 1 : what === "later" ? at + 1 : -1;
  if (to < 0 || to >= images.length) return null;
  return images.with(at, images[to]!).with(to, images[at]!);
}

async function saveImages(c: PageContext, id: string, images: string[], text: string) {
  const api = c.get("api");
  const answer = await api.products[":id"].$patch({ param: { id }, json: { images } });
  const flash = answer.status === 200
    ? { kind: "done" as const, text }
    : failed((await readRefusal(answer)).detail);
  return redirectWith(c, `/admin/products/${id}`, flash);
}

function failed(text: string) {
  return { kind: "failed" as const, text };
}

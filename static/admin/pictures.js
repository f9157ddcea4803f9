// Makes pictures smaller before they are sent: cameras make more than the 2 MB that are taken.

/** Longest side afterwards, px; no page shows a larger one. */
const LONGEST_SIDE = 2_000;
const MAX_BYTES = 2_000_000;

for (const field of document.querySelectorAll("input[data-picture]")) {
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file || file.size <= MAX_BYTES) return;
    const smaller = await makeSmaller(file).catch(() => null);
    // What cannot be made smaller is sent as it is: the server says what is wrong with it.
    if (smaller === null || field.files[0] !== file) return;
    const list = new DataTransfer();
    list.items.add(smaller);
    field.files = list.files;
  });
}

async function makeSmaller(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of [0.88, 0.75, 0.6]) {
    const blob = await new Promise((done) => canvas.toBlob(done, "image/webp", quality));
    if (blob !== null && blob.size <= MAX_BYTES) {
      return new File([blob], file.name.replace(/\.\w+$/, ".webp"), { type: "image/webp" });
    }
  }
  return null;
}

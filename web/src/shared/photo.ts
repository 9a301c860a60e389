/** Photos are made small on the phone: farm networks are slow and nobody needs 12 megapixels of a weed. */
export const PHOTO_EDGE = 1600;

export function fitWithin(w: number, h: number, edge = PHOTO_EDGE): { w: number; h: number } {
  const k = Math.min(1, edge / Math.max(w, h));
  return { w: Math.max(1, Math.round(w * k)), h: Math.max(1, Math.round(h * k)) };
}

async function decode(file: Blob): Promise<ImageBitmap | HTMLImageElement> {
  if (typeof createImageBitmap === 'function') {
    try { return await createImageBitmap(file, { imageOrientation: 'from-image' } as ImageBitmapOptions); } catch { /* older browsers refuse the option: the element below turns by itself */ }
  }
  const img = new Image();
  img.src = URL.createObjectURL(file);
  try {
    await img.decode();
  } finally {
    URL.revokeObjectURL(img.src);
  }
  return img;
}

/** A JPEG of at most 1600 px; the file itself when it is no picture, small enough already, or unreadable here. */
export async function shrinkPhoto(file: File): Promise<File> {
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type)) return file;
  let img: ImageBitmap | HTMLImageElement;
  try { img = await decode(file); } catch { return file; }
  const { w, h } = fitWithin(img.width, img.height);
  if (w === img.width && file.size < 400_000) return file;
  const canvas = document.createElement('canvas');
  canvas.width = w;
  canvas.height = h;
  canvas.getContext('2d')!.drawImage(img, 0, 0, w, h);
  if ('close' in img) img.close();
  const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/jpeg', 0.82));
  if (!blob || blob.size >= file.size) return file;
  return new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' });
}

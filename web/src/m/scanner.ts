import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

const options = { formats: ['QRCode', 'DataMatrix', 'Code128', 'EAN13', 'EAN8', 'Code39', 'ITF'] as ('QRCode' | 'DataMatrix' | 'Code128' | 'EAN13' | 'EAN8' | 'Code39' | 'ITF')[], tryHarder: true, maxNumberOfSymbols: 1 };
let prepared = false;
function prepare() {
  if (prepared) return;
  prepared = true;
  prepareZXingModule({ overrides: { locateFile: () => wasm } });
}

export interface Camera { stop(): void; torch?: (on: boolean) => Promise<void> }
export type CameraFault = 'denied' | 'unsupported';

/** Opens the rear camera and reports each newly seen code. */
export async function watchCamera(video: HTMLVideoElement, found: (text: string) => void): Promise<Camera> {
  if (!navigator.mediaDevices?.getUserMedia) throw 'unsupported' satisfies CameraFault;
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false });
  } catch (e) {
    throw ((e as Error).name === 'NotAllowedError' ? 'denied' : 'unsupported') satisfies CameraFault;
  }
  video.srcObject = stream;
  video.setAttribute('playsinline', '');
  await video.play().catch(() => undefined);
  prepare();
  const canvas = document.createElement('canvas'), g = canvas.getContext('2d', { willReadFrequently: true })!;
  let on = true, last = '', lastAt = 0;
  void (async () => {
    while (on) {
      if (video.videoWidth) {
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        g.drawImage(video, 0, 0);
        const [r] = await readBarcodes(g.getImageData(0, 0, canvas.width, canvas.height), options).catch(() => []);
        if (on && r?.isValid && (r.text !== last || Date.now() - lastAt > 4000)) {
          last = r.text;
          lastAt = Date.now();
          navigator.vibrate?.(60);
          found(r.text);
        }
      }
      await new Promise(f => setTimeout(f, 120));
    }
  })();
  const track = stream.getVideoTracks()[0];
  const caps = (track.getCapabilities?.() ?? {}) as { torch?: boolean };
  return {
    stop: () => { on = false; stream.getTracks().forEach(x => x.stop()); video.srcObject = null; },
    torch: caps.torch ? x => track.applyConstraints({ advanced: [{ torch: x } as MediaTrackConstraintSet] }) : undefined,
  };
}

export async function readPhoto(file: File): Promise<string | undefined> {
  prepare();
  const [r] = await readBarcodes(file, options);
  return r?.isValid ? r.text : undefined;
}

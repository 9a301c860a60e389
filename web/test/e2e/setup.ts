import fs from 'node:fs';
import { chromium } from '@playwright/test';
import qrcode from 'qrcode-generator';

/** What the fake camera shows: a label's QR code, a little turned, on a grey desk. */
export const CAMERA_TEXT = 'https://trace.example.cn/t/8F3K27QD119P0ABCDEFG';

export default async function setup() {
  fs.mkdirSync('test-results', { recursive: true });
  const q = qrcode(0, 'M');
  q.addData(CAMERA_TEXT);
  q.make();
  const n = q.getModuleCount();
  let d = '';
  for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (q.isDark(y, x)) d += `M${x} ${y}h1v1h-1z`;
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  await page.setContent(`<body style="margin:0;background:#8a857c;display:grid;place-items:center;height:480px"><div style="background:#fff;padding:24px;transform:rotate(4deg)"><svg width="240" height="240" viewBox="0 0 ${n} ${n}" shape-rendering="crispEdges"><path d="${d}"/></svg></div></body>`);
  const jpeg = await page.screenshot({ type: 'jpeg', quality: 90 });
  await browser.close();
  fs.writeFileSync('test-results/camera.mjpeg', Buffer.concat([jpeg, jpeg, jpeg]));
}

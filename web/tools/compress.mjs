// Writes .br and .gz beside every compressible file of dist/, then checks the size budgets of the three faces.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const dist = process.argv[2] ?? 'dist';
const walk = dir => fs.readdirSync(dir, { withFileTypes: true }).flatMap(e => (e.isDirectory() ? walk(path.join(dir, e.name)) : [path.join(dir, e.name)]));
const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } };

let raw = 0;
let packed = 0;
for (const f of walk(dist)) {
  if (!/\.(js|css|html|svg|json|webmanifest|wasm)$/.test(f)) continue;
  const data = fs.readFileSync(f);
  const br = zlib.brotliCompressSync(data, brotli);
  fs.writeFileSync(f + '.br', br);
  fs.writeFileSync(f + '.gz', zlib.gzipSync(data, { level: 9 }));
  raw += data.length;
  packed += br.length;
}
console.log(`all files: ${(raw / 1024).toFixed(0)} k raw, ${(packed / 1024).toFixed(0)} k br`);

/** What the html itself asks for: its scripts, preloads and styles. */
function firstLoad(html) {
  const text = fs.readFileSync(path.join(dist, html), 'utf8');
  const files = [...text.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(m => m[1]);
  return [html, ...new Set(files)].reduce((n, f) => n + fs.statSync(path.join(dist, fs.existsSync(path.join(dist, f + '.br')) ? f + '.br' : f)).size, 0);
}
const budgets = { 'admin.html': 200, 'm.html': 100, 'screen.html': 250 };
let bad = false;
for (const [html, kb] of Object.entries(budgets)) {
  const n = firstLoad(html) / 1024;
  console.log(`${html}: ${n.toFixed(1)} k br named by the page (budget ${kb} k)`);
  if (n > kb) bad = true;
}
if (bad) {
  console.error('over budget');
  process.exit(1);
}

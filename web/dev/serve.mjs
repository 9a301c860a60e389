// Development only: serves dist/ as the program does and passes the rest to a running one.
// node dev/serve.mjs http://127.0.0.1:7300 [port]
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';

const [, , backend = 'http://127.0.0.1:7300', port = '7399'] = process.argv;
const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml', wasm: 'application/wasm', woff2: 'font/woff2', webmanifest: 'application/manifest+json' };
const policy = "default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

http.createServer((q, s) => {
  const p = new URL(q.url, 'http://x').pathname;
  let f = p.startsWith('/assets/') || p === '/icon.svg' || /^\/m\/.+\./.test(p) ? p : p.startsWith('/admin') ? '/admin.html' : p === '/m/' ? '/m.html' : p === '/screen/' ? '/screen.html' : '';
  f = f && path.join('dist', path.normalize(f));
  if (f && fs.existsSync(f)) {
    const gz = fs.existsSync(f + '.gz');
    s.writeHead(200, { 'Content-Type': types[path.extname(f).slice(1)] ?? 'application/octet-stream', 'Content-Security-Policy': policy, 'Cache-Control': p.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache', ...(gz ? { 'Content-Encoding': 'gzip' } : {}) });
    return fs.createReadStream(gz ? f + '.gz' : f).pipe(s);
  }
  const up = http.request(backend + q.url, { method: q.method, headers: { ...q.headers, host: new URL(backend).host, ...(q.headers.origin ? { origin: backend } : {}) } }, r => { s.writeHead(r.statusCode, r.headers); r.pipe(s); });
  up.on('error', () => { s.writeHead(503); s.end(); });
  s.on('close', () => up.destroy());
  q.pipe(up);
}).listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${port} → ${backend}`));

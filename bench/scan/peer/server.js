// The scan page in Node, as its makers would write it: one prepared join per request, one string sent.
// usage: node server.js DATABASE PAGE COUNTY      PAGE: a page of ours, whose code is replaced for each request
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import fastify from 'fastify';

const [, , file, pageFile, county] = process.argv;
const db = new Database(file, { readonly: true });
db.pragma('mmap_size = 0');
db.pragma('cache_size = -65536');

const select = db.prepare(`SELECT k.id, k.lot_id, k.division, k.org_id, k.person_id, k.serial, k.scan_count,
  k.first_scan_ms, k.last_scan_ms, k.state, k.first_scan_place, k.last_client, k.suspicious, l.version, l.updated_ms,
  l.safe_on, l.harvested_on, l.state AS lot_state, l.hold_reason, l.test_verdict
  FROM trace_code k JOIN lot l ON l.county = k.county AND l.id = k.lot_id
  WHERE k.county = ? AND k.code = ? AND k.deleted_ms IS NULL`);

// The page falls into head, code and rest; what differs between codes of the bench is the code alone.
const page = readFileSync(pageFile, 'utf8');
const shown = /[0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}/.exec(page)[0];
const parts = page.split(shown);
const headers = JSON.parse(readFileSync(pageFile + '.headers', 'utf8'));

const app = fastify({ logger: false });
app.get('/t/:code', (request, reply) => {
  const row = select.get(Number(county), request.params.code);
  if (row === undefined || row.lot_state === 'recalled') return reply.code(404).send('none');
  reply.headers(headers).send(parts.join(request.params.code.replace(/(.{4})(?=.)/g, '$1-')));
});
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(app.server.address().port);

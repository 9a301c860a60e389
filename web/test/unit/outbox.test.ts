import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/api/client';
import { flush, recover, type OutItem, type OutStore, type Transport } from '../../src/m/outbox';

function memory(items: OutItem[] = []): OutStore & { map: Map<string, OutItem> } {
  const map = new Map(items.map(x => [x.id, structuredClone(x)]));
  return { map, all: async () => [...map.values()].map(x => structuredClone(x)), put: async x => map.set(x.id, structuredClone(x)), drop: async id => map.delete(id) };
}
const item = (id: string, o: Partial<OutItem> = {}): OutItem => ({ id, key: 'k' + id, user: 'u', at: Number(id), title: 't', sub: '', resource: 'farm-operations', body: { step: 'sow' }, files: [], state: 'waiting', tries: 0, ...o });

/** A server that remembers by key, as the real one does. */
function server(fault: (call: number, what: string) => unknown = () => undefined) {
  const made = new Map<string, unknown>(), files = new Map<string, string>(), log: string[] = [];
  let n = 0;
  const tx: Transport = {
    async upload(_file, key) {
      log.push('upload ' + key);
      const e = fault(++n, 'upload');
      if (!files.has(key)) files.set(key, 'F' + files.size);
      if (e) throw e;
      return files.get(key)!;
    },
    async create(resource, body, key) {
      log.push('create ' + key);
      const e = fault(++n, 'create');
      // The answer may be lost after the row was made: then the fault comes after the work.
      if (!(e instanceof Problem && e.status >= 400)) made.set(key, { resource, body });
      if (e) throw e;
    },
  };
  return { tx, made, files, log };
}

describe('outbox', () => {
  test('sends in the order of writing, with the record key inside', async () => {
    const s = memory([item('2'), item('1')]), v = server();
    expect(await flush(s, v.tx, 'u')).toBe('empty');
    expect(v.log).toEqual(['create k1', 'create k2']);
    expect(v.made.get('k1')).toEqual({ resource: 'farm-operations', body: { step: 'sow', id: '1' } });
    expect(s.map.size).toBe(0);
  });
  test('a lost answer makes no second record', async () => {
    const s = memory([item('1')]), v = server(n => (n === 1 ? new Problem(0, 'lost') : undefined));
    expect(await flush(s, v.tx, 'u')).toBe('offline');
    expect(s.map.get('1')!.state).toBe('waiting');
    expect(await flush(s, v.tx, 'u')).toBe('empty');
    expect(v.log).toEqual(['create k1', 'create k1']);
    expect(v.made.size).toBe(1);
  });
  test('photos already sent are not sent again', async () => {
    const blob = new Blob(['x']), s = memory([item('1', { files: [{ field: 'photos', many: true, name: 'a', blob }, { field: 'photos', many: true, name: 'b', blob }] })]);
    const v = server((n, what) => (what === 'upload' && n === 2 ? new Problem(0, '') : undefined));
    expect(await flush(s, v.tx, 'u')).toBe('offline');
    expect(await flush(s, v.tx, 'u')).toBe('empty');
    expect(v.log).toEqual(['upload k1-f0', 'upload k1-f1', 'upload k1-f1', 'create k1']);
    expect((v.made.get('k1') as { body: { photos: string[] } }).body.photos).toEqual(['F0', 'F1']);
  });
  test('a refused record stays with its reason and does not hold up the others', async () => {
    const s = memory([item('1'), item('2')]), v = server(n => (n === 1 ? new Problem(422, '投入品已禁用', '', { input_id: '不能使用' }) : undefined));
    expect(await flush(s, v.tx, 'u')).toBe('empty');
    expect(s.map.get('1')).toMatchObject({ state: 'failed', tries: 1, error: '投入品已禁用 不能使用' });
    expect([...v.made.keys()]).toEqual(['k2']);
    expect(await flush(s, v.tx, 'u')).toBe('empty');
    expect(v.log.filter(x => x.endsWith('k1'))).toHaveLength(1);
  });
  test('an ended session stops sending and keeps everything', async () => {
    const s = memory([item('1'), item('2')]), v = server(() => new Problem(401, 'x'));
    expect(await flush(s, v.tx, 'u')).toBe('login');
    expect(v.log).toHaveLength(1);
    expect([...s.map.values()].every(x => x.state === 'waiting')).toBe(true);
  });
  test("another account's records are left alone", async () => {
    const s = memory([item('1', { user: 'other' })]), v = server();
    await flush(s, v.tx, 'u');
    expect(v.log).toEqual([]);
    expect(s.map.size).toBe(1);
  });
  test('two sends at once do not overlap', async () => {
    const s = memory([item('1'), item('2')]), v = server();
    expect((await Promise.all([flush(s, v.tx, 'u'), flush(s, v.tx, 'u')])).sort()).toEqual(['busy', 'empty']);
    expect(v.log).toEqual(['create k1', 'create k2']);
  });
  test('a crash while sending leaves nothing stuck', async () => {
    const s = memory([item('1', { state: 'sending' })]);
    await recover(s);
    expect(s.map.get('1')!.state).toBe('waiting');
  });
});

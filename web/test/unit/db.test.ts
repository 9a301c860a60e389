import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import { all, clear, drop, one, put } from '../../src/m/db';
import { cached, forgetAll } from '../../src/m/cached';

afterEach(() => vi.unstubAllGlobals());

test('what is put can be read, listed and dropped', async () => {
  await put('outbox', { id: '1', at: 1 });
  await put('outbox', { id: '2', at: 2 });
  expect(await one('outbox', '1')).toEqual({ id: '1', at: 1 });
  await drop('outbox', '1');
  expect(await all('outbox')).toEqual([{ id: '2', at: 2 }]);
  await clear('outbox');
  expect(await all('outbox')).toEqual([]);
});

test('the last answer serves without network, and says so; a refusal does not', async () => {
  vi.stubGlobal('fetch', async () => new Response('{"items":[1]}', { status: 200 }));
  expect(await cached('/plots')).toMatchObject({ data: { items: [1] }, stale: false });
  vi.stubGlobal('fetch', async () => { throw new TypeError('offline'); });
  expect(await cached('/plots')).toMatchObject({ data: { items: [1] }, stale: true });
  await expect(cached('/lots')).rejects.toMatchObject({ status: 0 });
  vi.stubGlobal('fetch', async () => new Response('{"detail":"没有权限"}', { status: 403 }));
  await expect(cached('/plots')).rejects.toMatchObject({ status: 403 });
  await forgetAll();
  vi.stubGlobal('fetch', async () => { throw new TypeError('offline'); });
  await expect(cached('/plots')).rejects.toMatchObject({ status: 0 });
});

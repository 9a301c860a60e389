import { computed, ref, shallowRef } from 'vue';
import { call, newId, newKey, upload } from '../api/client';
import { session, sessionEnded } from '../shared/session';
import { shrinkPhoto } from '../shared/photo';
import { all, drop, put } from './db';
import { flush, recover, type OutFile, type OutItem, type OutStore, type Transport } from './outbox';

const store: OutStore = { all: () => all<OutItem>('outbox'), put: x => put('outbox', x), drop: id => drop('outbox', id) };
const tx: Transport = {
  upload: async (f, key) => (await upload(f.blob, f.name, f.blob.type.startsWith('video/') ? 'video' : 'image', { key })).id,
  create: (resource, body, key) => call('POST', `/${resource}`, { body, key }),
};

export const items = shallowRef<OutItem[]>([]);
export const online = ref(navigator.onLine);
export const sentAt = ref(0);
export const mine = computed(() => items.value.filter(x => x.user === session.value?.user.id).sort((a, b) => b.at - a.at));
export const waiting = computed(() => mine.value.filter(x => x.state !== 'failed').length);
export const failed = computed(() => mine.value.filter(x => x.state === 'failed').length);

async function refresh() { items.value = await store.all(); }

let again = false;
async function run() {
  const user = session.value?.user.id;
  if (!user) return;
  const before = items.value.length;
  const end = await flush(store, tx, user, refresh);
  if (end === 'busy') { again = true; return; }
  online.value = end !== 'offline' || navigator.onLine;
  if (end === 'login') sessionEnded.value = true;
  if (items.value.length < before) sentAt.value = Date.now();
  if (again) { again = false; await run(); }
}
/** One tab at a time where the browser can say so; elsewhere the idempotency keys are enough. */
export async function send(): Promise<void> {
  await refresh();
  if (!waiting.value) return;
  if (navigator.locks) await navigator.locks.request('ezhen-outbox', { ifAvailable: true }, async lock => { if (lock) await run(); });
  else await run();
}

export interface Draft { resource: string; title: string; sub: string; body: Record<string, unknown>; photos: File[]; video?: File | null }
/** Keeps a record on the phone and tries to send it at once; returns when it is safely kept. */
export async function keep(d: Draft): Promise<OutItem> {
  const files: OutFile[] = [];
  for (const p of d.photos) { const small = await shrinkPhoto(p); files.push({ field: 'photos', many: true, name: small.name, blob: small }); }
  if (d.video) files.push({ field: 'video', many: false, name: d.video.name, blob: d.video });
  const x: OutItem = { id: newId(), key: newKey(), user: session.value!.user.id, at: Date.now(), title: d.title, sub: d.sub, resource: d.resource, body: d.body, files, state: 'waiting', tries: 0 };
  await store.put(x);
  await refresh();
  void send();
  return x;
}
export async function retry(x: OutItem) {
  // A refused body may have been remembered under its key: a new try is a new request.
  await store.put({ ...x, key: newKey(), state: 'waiting', error: undefined });
  await send();
}
export async function discard(x: OutItem) { await store.drop(x.id); await refresh(); }

export async function startQueue() {
  await recover(store);
  await refresh();
  window.addEventListener('online', () => { online.value = true; void send(); });
  window.addEventListener('offline', () => { online.value = false; });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) void send(); });
  setInterval(() => { if (waiting.value) void send(); }, 20_000);
  void send();
}

import { Problem } from '../api/client';

/**
 * Records written in the field. Each carries its own record key and idempotency key, so that sending twice,
 * or sending again after an answer got lost, makes one record. Sending follows the order of writing.
 */
export interface OutFile { field: string; many: boolean; name: string; blob: Blob; key?: string }
export interface OutItem {
  id: string;        // also the key of the new record
  key: string;       // idempotency key of this body
  user: string;      // whose work it is: another account on the same phone does not send it
  at: number;
  title: string;
  sub: string;
  resource: string;
  body: Record<string, unknown>;
  files: OutFile[];
  state: 'waiting' | 'sending' | 'failed';
  tries: number;
  error?: string;
}
export interface OutStore { all(): Promise<OutItem[]>; put(x: OutItem): Promise<unknown>; drop(id: string): Promise<unknown> }
export interface Transport {
  upload(file: OutFile, key: string): Promise<string>;
  create(resource: string, body: Record<string, unknown>, key: string): Promise<unknown>;
}
export type FlushEnd = 'empty' | 'offline' | 'login' | 'busy';

const IN_ORDER = (a: OutItem, b: OutItem) => a.at - b.at || (a.id < b.id ? -1 : 1);

/** Sends one item; file keys are kept as they arrive, so a second try does not upload twice. */
export async function sendOne(x: OutItem, store: OutStore, tx: Transport): Promise<void> {
  for (let i = 0; i < x.files.length; i++) {
    const f = x.files[i];
    if (f.key) continue;
    f.key = await tx.upload(f, `${x.key}-f${i}`);
    await store.put(x);
  }
  const body: Record<string, unknown> = { ...x.body, id: x.id };
  for (const f of x.files) body[f.field] = f.many ? [...((body[f.field] as string[]) ?? []), f.key!] : f.key;
  await tx.create(x.resource, body, x.key);
}

let sending = false;

/** Sends what waits for this account. Stops where going on makes no sense; a refused item does not hold up the others. */
export async function flush(store: OutStore, tx: Transport, user: string, changed: () => unknown = () => undefined): Promise<FlushEnd> {
  if (sending) return 'busy';
  sending = true;
  try {
    for (const x of (await store.all()).filter(i => i.user === user && i.state !== 'failed').sort(IN_ORDER)) {
      x.state = 'sending';
      await store.put(x);
      await changed();
      try {
        await sendOne(x, store, tx);
        await store.drop(x.id);
      } catch (e) {
        const p = e instanceof Problem ? e : new Problem(0, String(e));
        x.tries++;
        x.state = p.passing || p.status === 401 ? 'waiting' : 'failed';
        x.error = p.status ? [p.message, ...Object.values(p.errors).filter(m => m !== p.message)].join(' ') : undefined;
        await store.put(x);
        if (x.state === 'waiting') return p.status === 401 ? 'login' : 'offline';
      } finally {
        await changed();
      }
    }
    return 'empty';
  } finally {
    sending = false;
  }
}

/** A crash in the middle of sending leaves "sending" behind: it waits again. */
export async function recover(store: OutStore): Promise<void> {
  for (const x of await store.all()) if (x.state === 'sending') await store.put({ ...x, state: 'waiting' });
}

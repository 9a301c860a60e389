/** The phone's own store: what waits to be sent, and the last answers for work without network. */
const NAME = 'ezhen-m';
let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const q = indexedDB.open(NAME, 1);
    q.onupgradeneeded = () => {
      q.result.createObjectStore('outbox', { keyPath: 'id' });
      q.result.createObjectStore('cache', { keyPath: 'path' });
    };
    q.onsuccess = () => resolve(q.result);
    q.onerror = () => { opening = undefined; reject(q.error); };
  });
  return opening;
}

/** Runs in one transaction; resolves after it is committed, so that what was kept is really kept. */
async function within<T>(store: string, mode: IDBTransactionMode, run: (s: IDBObjectStore) => IDBRequest<T> | void): Promise<T> {
  const db = await open();
  return new Promise((resolve, reject) => {
    const t = db.transaction(store, mode);
    const q = run(t.objectStore(store));
    t.oncomplete = () => resolve(q?.result as T);
    t.onabort = t.onerror = () => reject(t.error);
  });
}
export const all = <T>(store: string) => within<T[]>(store, 'readonly', s => s.getAll());
export const one = <T>(store: string, key: string) => within<T | undefined>(store, 'readonly', s => s.get(key));
export const put = (store: string, value: unknown) => within(store, 'readwrite', s => s.put(value));
export const drop = (store: string, key: string) => within(store, 'readwrite', s => s.delete(key));
export const clear = (store: string) => within(store, 'readwrite', s => s.clear());

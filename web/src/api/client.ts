import type { FileInfo } from './types';

/** An answer that is not a success: RFC 9457 document, or status 0 when the server could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code = '',
    readonly errors: Record<string, string> = {},
    readonly field = '',
    readonly requestId = '',
  ) {
    super(message);
  }
  get offline() { return this.status === 0; }
  /** Worth trying again without changing anything. */
  get passing() { return this.status === 0 || this.status === 429 || this.status >= 500; }
}

export interface CallOptions {
  body?: unknown;
  raw?: Blob;
  key?: string;
  signal?: AbortSignal;
}

let csrf = '';
export const setCsrf = (value: string) => { csrf = value; };

/** Called when the session has ended under us; the face shows its log-in. */
let ended: (() => void) | undefined;
export const onSessionEnd = (f: () => void) => { ended = f; };
/** Words for failures without a body; set by the face in its language. */
const words = { offline: 'offline', failed: 'failed' };
export const setFailureWords = (w: typeof words) => { Object.assign(words, w); };

export function problemOf(status: number, text: string): Problem {
  try {
    const p = JSON.parse(text) as Record<string, never>;
    const errors: Record<string, string> = p.errors ?? {};
    if (p.field && p.detail && !errors[p.field]) errors[p.field] = p.detail;
    return new Problem(status, p.detail || p.title || words.failed, p.code ?? '', errors, p.field ?? '', p.request_id ?? '');
  } catch {
    return new Problem(status, words.failed);
  }
}

export async function call<T = unknown>(method: string, path: string, o: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  if (o.key) headers['Idempotency-Key'] = o.key;
  let body: BodyInit | undefined;
  if (o.raw) {
    headers['Content-Type'] = o.raw.type || 'application/octet-stream';
    body = o.raw;
  } else if (o.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(o.body);
  }
  let r: Response;
  try {
    r = await fetch('/api/v1' + path, { method, headers, body, signal: o.signal, credentials: 'same-origin' });
  } catch (e) {
    if ((e as Error).name === 'AbortError') throw e;
    throw new Problem(0, words.offline);
  }
  if (r.ok) {
    if (r.status === 204) return undefined as T;
    const answer = (await r.json()) as T & { labels?: unknown; _labels?: unknown };
    // One record carries its labels as _labels beside its fields; everywhere else they are labels.
    if (answer && typeof answer === 'object' && answer._labels) {
      answer.labels = answer._labels;
      delete answer._labels;
    }
    return answer;
  }
  const p = problemOf(r.status, await r.text().catch(() => ''));
  if (r.status === 401 && !path.startsWith('/session')) ended?.();
  throw p;
}

export const get = <T = unknown>(path: string, signal?: AbortSignal) => call<T>('GET', path, { signal });

/** Query text without empty values; arrays become comma lists. */
export function query(o: Record<string, unknown>): string {
  const s = new URLSearchParams();
  for (const [k, v] of Object.entries(o)) {
    if (v === '' || v == null || v === false || (Array.isArray(v) && !v.length)) continue;
    s.set(k, v === true ? '1' : String(v));
  }
  const text = s.toString();
  return text ? '?' + text : '';
}

/** Sends a file with progress; fetch cannot report it. */
export function upload(file: Blob, name: string, accept: string, o: { key?: string; signal?: AbortSignal; progress?: (part: number) => void } = {}): Promise<FileInfo> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open('POST', '/api/v1/files' + query({ name, accept }));
    x.setRequestHeader('Accept', 'application/json');
    x.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    if (csrf) x.setRequestHeader('X-CSRF-Token', csrf);
    if (o.key) x.setRequestHeader('Idempotency-Key', o.key);
    x.upload.onprogress = e => { if (e.lengthComputable) o.progress?.(e.loaded / e.total); };
    x.onload = () => {
      if (x.status < 300) return resolve(JSON.parse(x.responseText) as FileInfo);
      if (x.status === 401) ended?.();
      reject(problemOf(x.status, x.responseText));
    };
    x.onerror = () => reject(new Problem(0, words.offline));
    x.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    o.signal?.addEventListener('abort', () => x.abort());
    x.send(file);
  });
}

export const fileUrl = (id: string, size?: 320 | 1600) => `/api/v1/files/${id}${size ? `?size=${size}` : ''}`;

/** A key for a write that may be repeated; crypto.randomUUID is missing on plain http and old browsers. */
export function newKey(): string {
  const b = new Uint8Array(16);
  crypto.getRandomValues(b);
  return [...b].map(x => x.toString(16).padStart(2, '0')).join('');
}

/**
 * A record key made here, by the rule of core/ctx.h: 42 bits of milliseconds since 2020, then 22 bits.
 * A phone has no node number, so all 22 low bits are random; a clash within one millisecond is refused by the server.
 */
export function newId(now = Date.now()): string {
  const b = new Uint32Array(1);
  crypto.getRandomValues(b);
  return ((BigInt(now - 1577836800000) << BigInt(22)) | BigInt(b[0] & 0x3fffff)).toString();
}

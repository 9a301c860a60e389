import { computed, ref, shallowRef } from 'vue';
import { call, get, Problem, setCsrf } from '../api/client';
import type { Session } from '../api/types';

export const session = shallowRef<Session>();
/** The session ended while somebody was working: show the log-in above the page. */
export const sessionEnded = ref(false);

function take(s: Session | undefined) {
  session.value = s;
  setCsrf(s?.csrf ?? '');
  if (s) sessionEnded.value = false;
}

/** The session of the cookie, or undefined when there is none. Other failures are thrown. */
export async function loadSession(): Promise<Session | undefined> {
  try {
    take(await get<Session>('/session'));
  } catch (e) {
    if (!(e instanceof Problem) || e.status !== 401) throw e;
    take(undefined);
  }
  return session.value;
}
export async function login(body: { login: string; password: string; totp?: string }): Promise<Session> {
  const s = await call<Session>('POST', '/session', { body });
  take(s);
  return s;
}
export async function logout() {
  try { await call('DELETE', '/session'); } catch (e) { if (!(e instanceof Problem) || e.status !== 401) throw e; }
  take(undefined);
}
export async function changePassword(old: string, next: string) {
  await call('POST', '/session/password', { body: { old, new: next } });
  await loadSession();
}
/** Puts back what was known when the phone was last online. */
export const restoreSession = (s: Session) => take(s);

export function can(permission: string): boolean {
  const p = session.value?.permissions ?? [];
  return p.includes('*') || p.includes(permission);
}
export const countyName = computed(() => {
  const n = session.value?.county.name;
  return typeof n === 'string' ? { zh: n, en: n } : n ?? { zh: '', en: '' };
});

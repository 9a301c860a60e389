import { get, Problem } from '../api/client';
import { clear, one, put } from './db';

export interface Kept<T> { data: T; at: number; stale: boolean }

/** Asks the server; without it, gives the last answer and says how old it is. */
export async function cached<T>(path: string): Promise<Kept<T>> {
  try {
    const data = await get<T>(path);
    const at = Date.now();
    await put('cache', { path, at, data }).catch(() => undefined);
    return { data, at, stale: false };
  } catch (e) {
    if (!(e instanceof Problem) || !e.passing) throw e;
    const old = await one<{ at: number; data: T }>('cache', path).catch(() => undefined);
    if (!old) throw e;
    return { data: old.data, at: old.at, stale: true };
  }
}
export const remember = (path: string, data: unknown) => put('cache', { path, at: Date.now(), data });
export const recall = async <T>(path: string) => (await one<{ data: T }>('cache', path))?.data;
export const forgetAll = () => clear('cache');

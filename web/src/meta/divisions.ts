import { get } from '../api/client';
import type { Division } from '../api/types';

const cache = new Map<string, Promise<Division[]>>();

/** 潞华街道办事处 → 潞华街道, 南垂村民委员会 → 南垂村: what people say. */
export function shortName(name: string): string {
  return name.replace(/(街道)办事处$/, '$1').replace(/村民委员会$|村委会$/, '村').replace(/社区居民委员会$|社区居委会$|居民委员会$|居委会$/, '社区').replace(/村村$/, '村').replace(/社区社区$/, '社区');
}

/** The direct children of a division; asked once per page. */
export function divisionsUnder(parent: string): Promise<Division[]> {
  let p = cache.get(parent);
  if (!p) {
    p = get<{ items: Division[] }>(`/divisions?parent=${parent}`).then(r => r.items.map(d => ({ ...d, name: shortName(d.name) })));
    p.catch(() => cache.delete(parent));
    cache.set(parent, p);
  }
  return p;
}
/** 140406102203 → 140406102000 */
export const townOf = (code: string): string => code.slice(0, 9) + '000';

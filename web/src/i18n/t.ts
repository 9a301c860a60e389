/** Fixed words of the screens. Each face adds its own dictionary; en is typed by zh, so a missing word does not compile. */
export type Lang = 'zh' | 'en';
export interface Bilingual { zh: string; en: string }

function chosen(): Lang {
  const m = document.cookie.match(/(?:^|; )lang=(zh|en)/);
  if (m) return m[1] as Lang;
  const q = new URLSearchParams(location.search).get('lang');
  return q === 'en' ? 'en' : 'zh';
}
export const lang: Lang = typeof document === 'undefined' ? 'zh' : chosen();

const words: Record<string, string> = {};
export const addWords = (d: Record<string, string>) => { Object.assign(words, d); };

export function translate(key: string, p?: Record<string, string | number>): string {
  const w = words[key] ?? key;
  return p ? w.replace(/\{(\w+)\}/g, (_, k: string) => String(p[k] ?? '')) : w;
}

/** The reader's side of a two-language text of the server. */
export function L(x?: Bilingual | string | null): string {
  if (!x) return '';
  return typeof x === 'string' ? x : x[lang] || x.zh || x.en || '';
}

export function setLang(l: Lang) {
  document.cookie = `lang=${l}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
}

/** Loads the dictionaries of a face and marks the document's language. */
export async function startWords(zh: Record<string, string>[], en: () => Promise<Record<string, string>[]>) {
  zh.forEach(addWords);
  if (lang === 'en') (await en()).forEach(addWords);
  document.documentElement.lang = lang === 'en' ? 'en' : 'zh-CN';
}

import { test as plain, expect, type Page } from '@playwright/test';
import { AxeBuilder } from '@axe-core/playwright';

const accounts = JSON.parse(process.env.EZHEN_ACCOUNTS ?? '{}') as Record<string, string>;
export const url = process.env.EZHEN_URL ?? 'http://127.0.0.1:7399';

type Entered = { csrf: string; user: { id: string; name: string } };
const known = new Map<string, { cookies: Awaited<ReturnType<ReturnType<Page['context']>['cookies']>>; answer: Entered }>();
/** Log in without the form, which has its own story; one session an account serves the whole run. */
export async function enter(page: Page, login: string): Promise<Entered> {
  const old = known.get(login);
  if (old) {
    await page.context().addCookies(old.cookies);
    if ((await page.context().request.get('/api/v1/session')).status() === 200) return old.answer;
  }
  const r = await page.context().request.post('/api/v1/session', { data: { login, password: accounts[login] ?? 'demo' } });
  expect(r.status(), `log-in of ${login}: ${await r.text()}`).toBe(200);
  const answer = (await r.json()) as Entered;
  known.set(login, { cookies: (await page.context().cookies()).filter(c => c.name !== 'lang'), answer });
  return answer;
}
export const password = (login: string) => accounts[login] ?? 'demo';

/** Every page is watched: no script error, no refusal by the content policy, no request to another host. */
export const test = plain.extend<{ watched: string[] }>({
  watched: [async ({ page }, use) => {
    const bad: string[] = [];
    page.on('pageerror', e => bad.push('error: ' + e.message));
    page.on('console', m => {
      const text = m.text();
      if (/Content Security Policy|Refused to/.test(text)) bad.push('policy: ' + text);
      else if (m.type() === 'error' && !/Failed to load resource|net::ERR/.test(text)) bad.push('console: ' + text);
      else if (m.type() === 'warning' && /\[Vue warn\]/.test(text)) bad.push('vue: ' + text);
    });
    page.on('request', q => { if (/^https?:/.test(q.url()) && new URL(q.url()).host !== new URL(url).host) bad.push('elsewhere: ' + q.url()); });
    page.on('response', r => { if (r.status() >= 500) bad.push(`status ${r.status()}: ${r.url()}`); });
    await use(bad);
    expect(bad).toEqual([]);
  }, { auto: true }],
});
export { expect };

export async function axe(page: Page, what: string) {
  const r = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze();
  expect(r.violations.map(v => `${what} ${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}`)).toEqual([]);
}
export async function noSideways(page: Page, what: string) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(over, `${what} scrolls sideways`).toBeLessThanOrEqual(0);
}
export async function bigTargets(page: Page, what: string) {
  const small = await page.locator('a[href], button, [role=button], select, input:not([type=hidden]):not(.sr)').evaluateAll(els => els.flatMap(e => {
    const s = getComputedStyle(e), after = getComputedStyle(e, '::after'), box = after.content !== 'none' && after.position === 'absolute' ? e.closest('.cell') ?? e : e, r = box.getBoundingClientRect();
    if (!r.width || s.visibility === 'hidden' || s.opacity === '0' || r.bottom < 0) return [];
    return r.height < 43.5 || r.width < 43.5 ? [`${e.tagName} ${Math.round(r.width)}×${Math.round(r.height)} ${(e.textContent ?? '').trim().slice(0, 20)}`] : [];
  }));
  expect(small, what).toEqual([]);
}
export const widths = [{ width: 360, height: 760 }, { width: 1366, height: 820 }, { width: 1920, height: 1080 }];
export interface MetaLite { resources: { name: string; title: { zh: string; en: string }; titleField: string; may: Record<string, boolean>; fields: { name: string; title: { zh: string }; type: string; required: boolean; readOnly: boolean; default: unknown }[] }[] }

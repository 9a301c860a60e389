import type { Page } from '@playwright/test';
import { axe, bigTargets, enter, expect, noSideways, password, test, url } from './base';

test.use({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, permissions: ['geolocation', 'camera'], geolocation: { longitude: 113.2284, latitude: 36.3341, accuracy: 12 } });

const stamp = () => `验收${Date.now().toString(36)}${Math.floor(Math.random() * 1e4)}`;
/** A picture the size of a phone's, drawn in the page. */
async function photo(page: Page): Promise<Buffer> {
  const data = await page.evaluate(() => {
    const c = document.createElement('canvas');
    c.width = 2400;
    c.height = 1800;
    const g = c.getContext('2d')!;
    for (let i = 0; i < 400; i++) { g.fillStyle = `hsl(${(i * 37) % 360} 60% 50%)`; g.fillRect((i * 97) % 2400, (i * 61) % 1800, 160, 120); }
    return c.toDataURL('image/jpeg', 0.95).split(',')[1];
  });
  return Buffer.from(data, 'base64');
}
const byNote = async (page: Page, note: string) => ((await (await page.request.get('/api/v1/farm-operations', { params: { limit: '50', sort: '-done_ms' } })).json()) as { items: Record<string, unknown>[] }).items.filter(x => x.note === note);

/** The grower needs a crop in the ground: the officer registers one when there is none. */
async function growing(page: Page) {
  await enter(page, 'grower');
  const get = async (path: string) => ((await (await page.request.get('/api/v1' + path)).json()) as { items: Record<string, string>[] }).items;
  if ((await get('/crop-cycles?state.in=growing,harvesting&limit=1')).length) return;
  const [plot] = await get('/plots?limit=1');
  await page.context().clearCookies();
  const s = await enter(page, 'officer');
  const [product] = await get(`/products?org_id=${plot.org_id}&limit=1`);
  const day = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  const r = await page.request.post('/api/v1/crop-cycles', { headers: { 'X-CSRF-Token': s.csrf, Origin: url }, data: { plot_id: plot.id, product_id: product.id, name: '验收茬次', started_on: day } });
  expect(r.status(), await r.text()).toBe(201);
  await page.context().clearCookies();
}
test.beforeAll(async ({ browser }) => {
  const context = await browser.newContext({ baseURL: url });
  await growing(await context.newPage());
  await context.close();
});

async function record(page: Page, note: string, withPhoto = true) {
  await page.goto('/m/#/');
  await page.getByRole('link', { name: '记农事' }).tap();
  const step = page.locator('.steps button', { hasText: '除草' });
  await page.locator('.rows .row.tall').or(step).first().waitFor();
  if (!(await step.isVisible())) await page.locator('.rows .row.tall').first().tap();
  await step.tap();
  await page.getByLabel('说明').fill(note);
  if (withPhoto) await page.locator('input[type=file][capture][accept="image/*"]').first().setInputFiles({ name: 'field.jpg', mimeType: 'image/jpeg', buffer: await photo(page) });
  await page.getByRole('button', { name: '确认提交' }).tap();
  await expect(page.locator('.empty .okay')).toBeVisible();
}

test('a grower logs in and records work in three taps, with photo and place', async ({ page }) => {
  await page.goto('/m/');
  await page.getByLabel('账号').fill('grower');
  await page.getByLabel('密码', { exact: true }).fill('definitely wrong');
  await page.getByRole('button', { name: '登录', exact: true }).tap();
  await expect(page.locator('.note.bad')).toBeVisible();
  await page.getByLabel('密码', { exact: true }).fill(password('grower'));
  await page.getByRole('button', { name: '登录', exact: true }).tap();
  await expect(page.getByRole('link', { name: '记农事' })).toBeVisible();
  const note = stamp();
  await record(page, note);
  await expect.poll(async () => (await byNote(page, note)).length, { timeout: 20_000 }).toBe(1);
  const [row] = await byNote(page, note);
  expect(row.location).toEqual({ lng: 113.2284, lat: 36.3341 });
  expect((row.photos as string[]).length).toBe(1);
  const info = (await (await page.request.get(`/api/v1/files/${(row.photos as string[])[0]}/info`)).json()) as { width: number };
  expect(info.width).toBe(1600);
});

test('without network records wait; with network they are sent once', async ({ page, context }) => {
  test.setTimeout(150_000);
  await enter(page, 'grower');
  await page.goto('/m/');
  await page.getByRole('link', { name: '记农事' }).waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await page.goto('/m/#/record');
  await page.locator('.rows .row.tall, .steps button').first().waitFor();
  await context.setOffline(true);
  const notes = [stamp(), stamp()];
  for (const n of notes) await record(page, n, n === notes[0]);
  await page.goto('/m/#/outbox');
  await expect(page.locator('.panel.box')).toHaveCount(2);
  await axe(page, 'outbox');
  // The phone may be switched off in between: the shell comes from the service worker, the records from its own store.
  await page.reload();
  await expect(page.locator('.panel.box')).toHaveCount(2);
  await context.setOffline(false);
  // Coming back announces itself more than once on real phones.
  await page.evaluate(() => { for (let i = 0; i < 3; i++) window.dispatchEvent(new Event('online')); });
  await expect(page.locator('.panel.box')).toHaveCount(0, { timeout: 30_000 });
  for (const n of notes) expect(await byNote(page, n)).toHaveLength(1);
});

test('a lost answer makes no second record', async ({ page }) => {
  await enter(page, 'grower');
  await page.goto('/m/');
  let lost = 0;
  await page.route('**/api/v1/farm-operations', async route => {
    if (route.request().method() !== 'POST' || lost++) return route.continue();
    await route.fetch();
    await route.abort();
  });
  const note = stamp();
  await record(page, note, false);
  await page.goto('/m/#/outbox');
  await page.getByRole('button', { name: '立即发送' }).tap().catch(() => undefined);
  await expect(page.locator('.panel.box')).toHaveCount(0, { timeout: 30_000 });
  expect(lost).toBeGreaterThan(1);
  expect(await byNote(page, note)).toHaveLength(1);
});

test('what the server refuses stays visible with the reason', async ({ page }) => {
  await enter(page, 'grower');
  await page.goto('/m/');
  await page.route('**/api/v1/farm-operations', route => (route.request().method() === 'POST' ? route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ title: '未通过', detail: '该投入品已禁用', status: 422 }) }) : route.continue()));
  await record(page, stamp(), false);
  await page.goto('/m/#/outbox');
  await expect(page.getByText('该投入品已禁用')).toBeVisible();
  await page.unroute('**/api/v1/farm-operations');
  await page.getByRole('button', { name: '重新发送' }).tap();
  await expect(page.locator('.panel.box')).toHaveCount(0, { timeout: 20_000 });
});

test('refused location does not stop a record', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, permissions: [], baseURL });
  const page = await context.newPage();
  await enter(page, 'grower');
  await page.goto('/m/');
  const note = stamp();
  await record(page, note, false);
  await expect.poll(async () => (await byNote(page, note)).length, { timeout: 20_000 }).toBe(1);
  expect((await byNote(page, note))[0].location).toBeNull();
  await context.close();
});

test('the camera reads a label and offers what can be done', async ({ page }) => {
  await enter(page, 'grower');
  await page.goto('/m/#/scan');
  await expect(page.locator('.code')).toHaveText('8F3K-27QD-119P-0ABC-DEFG', { timeout: 20_000 });
  await expect(page.getByRole('link', { name: '查看溯源页' })).toHaveAttribute('href', '/t/8F3K27QD119P0ABCDEFG');
  await axe(page, 'scan');
});

test('an inspector enters a rapid test', async ({ page }) => {
  await enter(page, 'inspector');
  await page.goto('/m/#/test');
  await page.getByRole('button', { name: '选择批次' }).tap();
  await page.locator('.ref-pick .row').first().tap();
  await page.getByLabel('对照 ΔA0').fill('0.412');
  await page.getByLabel('样品 ΔAt').fill('0.371');
  await expect(page.getByText('抑制率约 9.95%')).toBeVisible();
  const sample = await page.getByLabel('样品编号').inputValue();
  await page.getByRole('button', { name: '提交检测' }).tap();
  await expect(page.locator('.empty .okay')).toBeVisible();
  await expect.poll(async () => {
    const r = (await (await page.request.get('/api/v1/inspections', { params: { sample_no: sample } })).json()) as { items: { verdict: string; inhibition_bp: number }[] };
    return r.items.map(x => [x.verdict, x.inhibition_bp]);
  }, { timeout: 20_000 }).toEqual([['pass', 995]]);
});

for (const path of ['/m/#/', '/m/#/l/farm-operations', '/m/#/l/lots', '/m/#/l/plots', '/m/#/l/certificates', '/m/#/l/inspections', '/m/#/me', '/m/#/messages', '/m/#/record', '/m/#/event', '/m/#/outbox', '/m/#/password']) {
  test(`phone page ${path}: fits 360 px, large targets, accessible`, async ({ page }) => {
    await enter(page, 'grower');
    await page.goto(path);
    await page.locator('h1').first().waitFor();
    await page.waitForTimeout(900);
    await noSideways(page, path);
    await bigTargets(page, path);
    await axe(page, path);
  });
}

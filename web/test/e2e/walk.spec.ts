import { axe, enter, expect, noSideways, test, widths, type MetaLite } from './base';

test('every resource: the list loads, the form opens and refuses an empty save, a row opens', async ({ page }) => {
  test.setTimeout(600_000);
  await enter(page, 'officer');
  const meta = (await (await page.request.get('/api/v1/meta')).json()) as MetaLite;
  expect(meta.resources.length).toBeGreaterThan(10);
  for (const r of meta.resources) {
    await page.goto(`/admin/r/${r.name}`);
    await expect(page.getByRole('heading', { level: 1, name: r.title.zh }), r.name).toBeVisible();
    await expect(page.locator('.rows tbody tr, .empty h2').first(), r.name).toBeVisible();
    await expect(page.locator('.empty.card[role=alert]'), r.name).toHaveCount(0);
    await noSideways(page, r.name);
    const row = page.locator('.rows tbody td.title a').first();
    const open = (await row.count()) ? await row.getAttribute('href') : null;
    if (r.may.create) {
      await page.locator('.page-head').getByRole('button', { name: '新建' }).click();
      const drawer = page.getByRole('dialog');
      await expect(drawer.locator('form'), r.name).toBeVisible();
      const must = r.fields.filter(f => f.required && !f.readOnly && f.type !== 'state' && f.type !== 'bool' && f.default == null);
      if (must.length) {
        await drawer.getByRole('button', { name: '保存' }).click();
        await expect(drawer.locator('.fi.wrong'), `${r.name}: ${must.map(f => f.name).join()}`).toHaveCount(must.length);
      }
      await drawer.getByRole('button', { name: '取消' }).click();
      await expect(drawer).toHaveCount(0);
    }
    if (open) {
      await page.goto(open);
      await expect(page.locator('.detail h2').first(), r.name).toBeVisible();
      await noSideways(page, r.name + ' detail');
    }
  }
});

const pages = ['/admin/', '/admin/r/plots', '/admin/r/lots', '/admin/jobs', '/admin/files', '/admin/audit', '/admin/notices', '/admin/account', '/admin/settings', '/admin/rules', '/admin/search?q=店', '/admin/nowhere'];
for (const v of widths) {
  test(`console pages fit ${v.width} px and are accessible`, async ({ page }) => {
    test.setTimeout(300_000);
    await page.setViewportSize(v);
    await enter(page, 'officer');
    for (const p of pages) {
      await page.goto(p);
      await expect(page.locator('h1').first(), p).toBeVisible();
      await page.waitForTimeout(400);
      await noSideways(page, p);
      if (v.width !== 1920) await axe(page, `${p} ${v.width}`);
    }
    const first = page.locator('.rows tbody td.title a').first();
    await page.goto('/admin/r/plots');
    await first.click();
    await expect(page.locator('.detail')).toBeVisible();
    await page.waitForTimeout(600);
    await noSideways(page, 'detail');
    await axe(page, 'detail');
    await page.goto('/admin/r/plots');
    await page.locator('.page-head').getByRole('button', { name: '新建' }).click();
    await expect(page.getByRole('dialog').locator('form')).toBeVisible();
    await page.waitForTimeout(500);
    await noSideways(page, 'form');
    await axe(page, 'form');
  });
}

test('the console speaks English as completely', async ({ page, context, baseURL }) => {
  await context.addCookies([{ name: 'lang', value: 'en', url: baseURL! }]);
  await enter(page, 'officer');
  await page.goto('/admin/r/plots');
  await expect(page.locator('.rows tbody tr').first()).toBeVisible();
  // Everything that is not a record's own text is English.
  for (const part of ['.side', '.page-head', '.filters', '.rows thead', '.pager']) expect(await page.locator(part).innerText(), part).not.toMatch(/[\u4e00-\u9fff]/);
  await page.locator('.page-head').getByRole('button', { name: 'New' }).click();
  const form = page.getByRole('dialog');
  await expect(form.locator('form')).toBeVisible();
  expect(await form.innerText()).not.toMatch(/[\u4e00-\u9fff]/);
});

test('first loads stay within their budgets', async ({ page, baseURL }) => {
  const load = async (path: string, ready: string, withData: boolean) => {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
    let bytes = 0;
    const data = new Set<string>();
    cdp.on('Network.requestWillBeSent', e => { if (e.request.url.includes('/api/')) data.add(e.requestId); });
    cdp.on('Network.loadingFinished', e => { if (withData || !data.has(e.requestId)) bytes += e.encodedDataLength; });
    await page.goto(path);
    await page.locator(ready).first().waitFor();
    await page.waitForTimeout(1500);
    await cdp.detach();
    return bytes / 1024;
  };
  await enter(page, 'officer');
  const admin = await load('/admin/', '.cards', false);
  const phone = await load('/m/', '.hero', false);
  const screen = await load('/screen/', '.board', false);
  console.log(`first load without data, ${new URL(baseURL!).protocol} console ${admin.toFixed(0)} k, phone ${phone.toFixed(0)} k, screen ${screen.toFixed(0)} k`);
  expect(admin).toBeLessThan(290);
  expect(phone).toBeLessThan(110);
  expect(screen).toBeLessThan(260);
});

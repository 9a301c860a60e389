import { enter, expect, password, test, url, type MetaLite } from './base';

test('log-in by the form: what is missing is named, a wrong password is refused, the way on is kept', async ({ page }) => {
  await page.goto('/admin/r/plots');
  await expect(page).toHaveURL(/\/admin\/login\?next=/);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await expect(page.getByText('请输入账号')).toBeVisible();
  await page.getByLabel('账号').fill('officer');
  await page.getByLabel('密码', { exact: true }).fill('certainly-not-it');
  await page.keyboard.press('Enter');
  await expect(page.locator('.login .alert')).toBeVisible();
  await page.getByLabel('密码', { exact: true }).fill(password('officer'));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/admin\/r\/plots$/);
  await expect(page.locator('.rows tbody tr').first()).toBeVisible();
});

test('an officer filters, sorts, pages and comes back', async ({ page }) => {
  await enter(page, 'officer');
  await page.goto('/admin/r/plots');
  const first = page.locator('.rows tbody td.title a').first();
  await expect(first).toBeVisible();
  const one = await first.innerText();
  await page.getByRole('button', { name: '下一页' }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(first).not.toHaveText(one);
  await page.goBack();
  await expect(first).toHaveText(one);
  await page.getByRole('button', { name: '按地块名称排序' }).click();
  await expect(page).toHaveURL(/sort=-?name/);
  await page.getByLabel('关键词').fill('村');
  await page.getByRole('button', { name: '查询', exact: true }).click();
  await expect(page).toHaveURL(/q=/);
  await page.reload();
  await expect(page.getByLabel('关键词')).toHaveValue('村');
  await page.getByLabel('关键词').fill('没有这样的地块名称');
  await page.getByRole('button', { name: '查询', exact: true }).click();
  await expect(page.getByText('没有符合条件的地块')).toBeVisible();
  await page.locator('.empty').getByRole('button', { name: '清空条件' }).click();
  await expect(first).toBeVisible();
});

test('a farm input is created with a conditional rule, changed, found, and deleted', async ({ page }) => {
  const name = '验收农药' + Date.now().toString(36);
  await enter(page, 'officer');
  await page.goto('/admin/r/farm-inputs');
  await page.locator('.page-head').getByRole('button', { name: '新建' }).click();
  const form = page.locator('.el-drawer');
  await form.locator('[data-field=name] input').fill(name);
  await form.locator('[data-field=kind] .el-select').click();
  await page.locator('.el-select-dropdown:visible').getByText('农药', { exact: true }).click();
  await form.getByRole('button', { name: '保存', exact: true }).click();
  await expect(form.locator('[data-field=interval_days] .err')).not.toBeEmpty();
  await form.locator('[data-field=interval_days] input').fill('7');
  // Leaving a changed form asks.
  await form.getByRole('button', { name: '取消' }).click();
  await page.getByRole('button', { name: '继续编辑' }).click();
  await form.getByRole('button', { name: '保存', exact: true }).click();
  await expect(form).toHaveCount(0);
  await page.keyboard.press('Control+k');
  await page.keyboard.type(name);
  const hit = page.locator('#find-list li').first();
  await expect(hit).toContainText(name);
  await hit.click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await page.getByRole('button', { name: '编辑' }).click();
  await form.locator('[data-field=interval_days] input').fill('14');
  await form.getByRole('button', { name: '保存', exact: true }).click();
  await expect(form).toHaveCount(0);
  await expect(page.locator('.log')).toContainText('修改');
  await page.locator('.log summary').first().click();
  await expect(page.locator('.diff').first()).toContainText('14');
  await page.getByRole('button', { name: '删除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '删除' }).click();
  await expect(page).toHaveURL(/farm-inputs$/);
});

test('a stale edit keeps what was typed and says what happened', async ({ page }) => {
  const s = await enter(page, 'officer');
  const made = await page.request.post('/api/v1/farm-inputs', { headers: { 'X-CSRF-Token': s.csrf, Origin: url }, data: { name: '验收肥' + Date.now().toString(36), kind: 'fertiliser' } });
  expect(made.status()).toBe(201);
  const row = (await made.json()) as { id: string; version: number };
  await page.goto(`/admin/r/farm-inputs/${row.id}`);
  await page.getByRole('button', { name: '编辑' }).click();
  const form = page.locator('.el-drawer');
  await form.locator('[data-field=maker] input').fill('后来的人写的厂家');
  const other = await page.request.patch(`/api/v1/farm-inputs/${row.id}`, { headers: { 'X-CSRF-Token': s.csrf, Origin: url }, data: { version: row.version, registration_no: 'PD-1' } });
  expect(other.status()).toBe(200);
  await form.getByRole('button', { name: '保存', exact: true }).click();
  await expect(form.getByText('他人刚刚修改过这条记录')).toBeVisible();
  await expect(form.locator('[data-field=maker] input')).toHaveValue('后来的人写的厂家');
  await expect(form.locator('[data-field=registration_no] input')).toHaveValue('PD-1');
  await form.getByRole('button', { name: '保存', exact: true }).click();
  await expect(form).toHaveCount(0);
});

test('an import is checked first, gives back the wrong rows, then imports the good ones', async ({ page }) => {
  await enter(page, 'officer');
  const head = (await (await page.request.get('/api/v1/farm-inputs/template?format=csv')).text()).replace(/^\ufeff/, '').split(/\r?\n/)[0].split(',');
  const clean = (h: string) => h.replace(/["*\s]/g, '');
  const meta = (await (await page.request.get('/api/v1/meta')).json()) as MetaLite;
  const title = (f: string) => meta.resources.find(r => r.name === 'farm-inputs')!.fields.find(x => x.name === f)!.title.zh;
  const line = (v: Record<string, string>) => head.map(h => v[clean(h)] ?? '').join(',');
  const mark = Date.now().toString(36);
  const csv = [head.join(','), line({ [title('name')]: `导入肥${mark}`, [title('kind')]: '肥料' }), line({ [title('name')]: `导入错${mark}`, [title('kind')]: '不存在的类别' })].join('\r\n');
  await page.goto('/admin/r/farm-inputs');
  await page.getByRole('button', { name: '导入' }).click();
  const box = page.getByRole('dialog');
  await box.locator('input[type=file]').setInputFiles({ name: '投入品.csv', mimeType: 'text/csv', buffer: Buffer.from('\ufeff' + csv) });
  await expect(box.getByText('检查完成：共 2 行，1 行可以导入，1 行有错误。')).toBeVisible({ timeout: 40_000 });
  await expect(box.getByRole('link', { name: '下载错误明细' })).toBeVisible();
  await box.getByRole('button', { name: '导入 1 行' }).click();
  await expect(box.getByText('导入完成：新增 1 条，1 行有错误未导入。')).toBeVisible({ timeout: 40_000 });
  await box.getByRole('button', { name: '完成' }).click();
  await page.goto(`/admin/r/farm-inputs?q=${encodeURIComponent('导入肥' + mark)}`);
  await expect(page.locator('.rows tbody tr')).toHaveCount(1);
  await page.goto('/admin/jobs');
  await expect(page.locator('.tbl tbody tr').first()).toContainText('已完成');
});

test('an account: created, given a one-time password, forced to change it', async ({ page, browser, baseURL }) => {
  const login = 'e2e' + Date.now().toString(36);
  await enter(page, 'officer');
  await page.goto('/admin/r/users');
  await page.locator('.page-head').getByRole('button', { name: '新建' }).click();
  const form = page.locator('.el-drawer');
  await form.locator('[data-field=login] input').fill(login);
  await form.locator('[data-field=name] input').fill('验收员');
  await form.getByRole('button', { name: '保存', exact: true }).click();
  await expect(form).toHaveCount(0);
  await page.goto(`/admin/r/users?q=${login}`);
  await page.locator('.rows tbody td.title a').first().click();
  await page.getByRole('button', { name: '重置口令' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '重置口令' }).click();
  const secret = await page.locator('.secret').innerText();
  const other = await browser.newContext({ baseURL, locale: 'zh-CN' });
  const p = await other.newPage();
  await p.goto('/admin/');
  await p.getByLabel('账号').fill(login);
  await p.getByLabel('密码', { exact: true }).fill(secret);
  await p.keyboard.press('Enter');
  await expect(p.getByRole('heading', { name: '修改密码' })).toBeVisible();
  await p.locator('#l-new').fill('Luzhou-Xiaomi-2026!');
  await p.locator('#l-again').fill('Luzhou-Xiaomi-2026');
  await p.keyboard.press('Enter');
  await expect(p.getByText('两次输入的新密码不一致')).toBeVisible();
  await p.locator('#l-again').fill('Luzhou-Xiaomi-2026!');
  await p.keyboard.press('Enter');
  await expect(p.locator('.page-head h1')).toContainText('验收员');
  await other.close();
});

test('an operator sees the work that waits and cannot open what is not granted', async ({ page }) => {
  await enter(page, 'operator');
  await page.goto('/admin/');
  await expect(page.locator('.cards li').first()).toBeVisible();
  await expect(page.locator('.todo, .rel-none').first()).toBeVisible();
  await expect(page.getByRole('link', { name: '审计日志' })).toHaveCount(0);
  await page.goto('/admin/audit');
  await expect(page.getByText('没有权限').first()).toBeVisible();
});

test('a lot is held with a comment and lifted again', async ({ page }) => {
  await enter(page, 'officer');
  await page.goto('/admin/r/lots?state.in=released');
  await page.locator('.rows tbody td.title a').first().click();
  await page.getByRole('button', { name: '暂扣' }).click();
  const box = page.getByRole('dialog');
  await box.getByRole('button', { name: '暂扣' }).click();
  await expect(box.getByText('请填写办理意见')).toBeVisible();
  await box.getByLabel('办理意见').fill('验收：抽样复核');
  await box.getByRole('button', { name: '暂扣' }).click();
  await expect(page.locator('.d-sub')).toContainText('暂扣');
  await expect(page.locator('.log')).toContainText('验收：抽样复核');
});

test('an ended session asks for the password above the page, and the work goes on', async ({ page, context }) => {
  await enter(page, 'officer');
  await page.goto('/admin/r/farm-inputs');
  await page.locator('.page-head').getByRole('button', { name: '新建' }).click();
  const form = page.locator('.el-drawer');
  await form.locator('[data-field=name] input').fill('会话之后仍在');
  await context.clearCookies();
  await form.locator('[data-field=kind] .el-select').click();
  await page.locator('.el-select-dropdown:visible').getByText('肥料', { exact: true }).click();
  await form.getByRole('button', { name: '保存', exact: true }).click();
  await expect(page.getByText('登录已过期')).toBeVisible();
  await page.locator('.in-dialog #l-pw').fill(password('officer'));
  await page.locator('.in-dialog .go').click();
  await expect(page.getByText('登录已过期')).toHaveCount(0);
  await expect(form.locator('[data-field=name] input')).toHaveValue('会话之后仍在');
});

test('printing hides menus and buttons', async ({ page }) => {
  await enter(page, 'officer');
  await page.goto('/admin/r/lots');
  await page.locator('.rows tbody td.title a').first().click();
  await expect(page.locator('.detail')).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('.side')).toBeHidden();
  await expect(page.locator('.page-head .acts')).toBeHidden();
  await expect(page.locator('.only-print')).toBeVisible();
});

test('the wall screen shows real figures live, at two sizes, and survives a dropped stream', async ({ page, context }) => {
  await enter(page, 'officer');
  for (const v of [{ width: 1920, height: 1080 }, { width: 3840, height: 2160 }]) {
    await page.setViewportSize(v);
    await page.goto('/screen/');
    await expect(page.locator('.kpi')).toHaveCount(4);
    await expect(page.getByText('实时数据')).toBeVisible();
    const [w, h] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
    expect([w, h]).toEqual([v.width, v.height]);
  }
  const data = (await (await page.request.get('/api/v1/screen')).json()) as { cards: { name: string; value: number }[] };
  const lots = data.cards.find(c => c.name === 'lots')!.value;
  await expect(page.locator('.kpi').first()).toContainText(lots.toLocaleString('en'));
  await context.setOffline(true);
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await expect(page.locator('.kpi')).toHaveCount(4);
  await context.setOffline(false);
});

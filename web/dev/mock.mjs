// Development only: answers like the real server, from memory. node dev/mock.mjs [dist] [port]
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const [, , dist = 'dist', port = '7399'] = process.argv;
const T = s => { const [zh, en] = s.split('/'); return { zh, en: en ?? zh }; };
const units = { MU: ['亩', 'mu'], MTK: ['平方米', 'm²'], KGM: ['千克', 'kg'] };
const opt = s => s.split(',').map(x => { const [value, zh, tone = ''] = x.split(':'); return { value, label: { zh, en: value }, tone }; });
// name|title|type|flags|extra   flags: * required ! private = readOnly L list F filter S search 2 secondary m mobile
const F = line => {
  const [name, title, type, flags = '', extra = ''] = line.split('|');
  const e = Object.fromEntries(extra.split(';').filter(Boolean).map(x => { const i = x.indexOf('='); return [x.slice(0, i), x.slice(i + 1)]; }));
  return { name, title: T(title), type, unit: e.unit ? { code: e.unit, zh: units[e.unit][0], en: units[e.unit][1] } : null, unitField: e.uf ?? null, scale: type === 'money' || type === 'rate' ? 2 : type === 'quantity' ? 3 : 0, min: null, max: type === 'files' ? 9 : null, maxLength: ['text', 'longtext', 'code'].includes(type) ? Number(e.max ?? (type === 'longtext' ? 2000 : 80)) : null, required: flags.includes('*'), requiredWhen: e.when ? { field: e.when.split(':')[0], is: e.when.split(':')[1].split('+') } : null, readOnly: flags.includes('=') || type === 'state', fixed: false, private: flags.includes('!'), list: flags.includes('L'), filter: flags.includes('F'), sort: !flags.includes('!') && !['lines', 'json', 'geo', 'files', 'file', 'longtext'].includes(type), search: flags.includes('S'), secondary: flags.includes('2'), mobile: flags.includes('m'), width: e.w ? Number(e.w) : null, group: T(e.g ?? '/'), help: T(e.h ?? '/'), ref: e.ref ?? null, accept: e.accept ?? null, default: e.def ?? null, options: e.o ? opt(e.o) : [], fields: e.lines ? e.lines.split('~').map(x => F(x.replace(/\^/g, '|'))) : null };
};
const R = (name, title, group, icon, titleField, fields, states = '', moves = [], may = {}) => ({ name, title: T(title), help: T('/'), group, icon, titleField, defaultSort: '-id', appendOnly: false, may: { read: true, create: true, update: true, delete: true, import: true, export: true, ...may }, fields: fields.trim().split('\n').map(x => F(x.trim())), states: states ? opt(states) : [], moves: moves.map(m => { const [n, zh, from, to, f = ''] = m.split('|'); return { name: n, title: { zh, en: n }, from: from.split(','), to, comment: f.includes('c'), danger: f.includes('d'), primary: f.includes('p'), confirm: T('/') }; }) });
const unitsO = 'KGM:千克,JIN:斤,H87:个,BX:箱,BG:袋';
const resources = [
  R('organisations', '市场主体/Organisations', 'org', 'building', 'name', `name|名称/Name|text|*LS
    kind|类型/Kind|enum|*LF|o=enterprise:企业,cooperative:合作社,family_farm:家庭农场,household:农户,government:政府部门
    uscc|统一社会信用代码/USCC|uscc|L|w=170
    legal_person|法定代表人/Legal person|text|!|max=40
    phone|电话/Phone|phone|!L
    division|所在地/Division|division|*LF
    address|地址/Address|text||max=120
    location|位置/Location|geo
    capital_fen|注册资本/Capital|money
    leading|龙头企业/Leading|bool|F
    intro|简介/Intro|longtext|S
    photos|照片/Photos|files||accept=image
    state|状态/State|state|LF`, 'draft:草稿:info,active:正常:ok,suspended:暂停:warn,closed:注销:bad', ['activate|启用|draft|active|p', 'suspend|暂停|active|suspended|cd', 'resume|恢复|suspended|active|p']),
  R('people', '人员/People', 'org', 'users', 'name', `name|姓名/Name|text|*L!\n phone|电话/Phone|phone|!L\n idno|身份证号/ID number|idno|!\n division|所在地/Division|division|*LF\n org_id|所属主体/Organisation|ref|LF|ref=organisations\n kind|类型/Kind|enum|*LF|o=grower:种植户,staff:工作人员,inspector:检测员,other:其他`),
  R('users', '账号/Accounts', 'org', 'user', 'name', `login|账号/Login|text|*LS\n name|姓名/Name|text|*LS\n phone|电话/Phone|phone|!L\n org_id|所属主体/Organisation|ref|L|ref=organisations\n second_factor|两步验证/2FA|bool|=L\n state|状态/State|state|LF`, 'active:正常:ok,locked:锁定:bad,disabled:停用:info', ['disable|停用|active|disabled|d', 'reset|重置密码|active|active']),
  R('roles', '角色/Roles', 'org', 'shield-check', 'label', `name|代码/Name|text|*L\n label|名称/Label|text|*L\n permissions|权限/Permissions|json|*`),
  R('grants', '授权/Grants', 'org', 'key', 'user_id', `user_id|账号/User|ref|*LF|ref=users\n role_id|角色/Role|ref|*LF|ref=roles\n division|范围/Division|division|L`),
  R('county-rules', '县级规则/County rules', 'org', 'gavel', 'name', `name|规则/Name|text|*LS\n value|取值/Value|json|*\n from_on|生效日期/From|date|*LF\n note|说明/Note|longtext`),
  R('stations', '服务站点/Stations', 'station', 'building-store', 'name', `code|编号/Code|code|*LS2|w=150\n name|名称/Name|text|*LS\n kind|级别/Kind|enum|*LF|o=county_centre:县级中心,town_station:乡镇站,community_station:社区站,village_point:村级点\n division|所在地/Division|division|*LF\n manager_id|站长/Manager|ref|L|ref=people\n opened_on|开业日期/Opened|date|LF\n area_milli|面积/Area|quantity|L|unit=MTK\n location|位置/Location|geo\n photos|照片/Photos|files||accept=image\n state|状态/State|state|LF`, 'planned:筹建:info,open:营业:ok,suspended:停业:warn,closed:关闭:bad', ['open|开业|planned|open|p', 'suspend|停业|open|suspended|cd']),
  R('products', '产品/Products', 'trace', 'leaf', 'name', `name|名称/Name|text|*LS\n org_id|所属主体/Organisation|ref|*LF|ref=organisations\n category|类别/Category|enum|*LF|o=grain:粮食,vegetable:蔬菜,fruit:水果,herb:中药材\n unit|计量单位/Unit|enum|*|o=${unitsO}\n cover|封面/Cover|file||accept=image\n state|状态/State|state|LF`, 'draft:草稿:info,listed:上架:ok,withdrawn:下架:bad', ['list|上架|draft|listed|p', 'withdraw|下架|listed|withdrawn|c']),
  R('farm-inputs', '投入品/Inputs', 'trace', 'bottle', 'name', `name|名称/Name|text|*LS\n kind|类别/Kind|enum|*LF|o=seed:种子,fertiliser:肥料,pesticide:农药,film:农膜,other:其他\n interval_days|安全间隔期（天）/Interval|int|L|when=kind:pesticide\n registration_no|登记证号/Registration|text|L`),
  R('plots', '地块/Plots', 'trace', 'map-2', 'name', `name|名称/Name|text|*LSm\n code|编号/Code|text|2L\n org_id|所属主体/Organisation|ref|*LF|ref=organisations\n person_id|种植户/Grower|ref|LF|ref=people\n division|所在地/Division|division|*LFm\n location|位置/Location|geo|*\n area_milli|面积/Area|quantity|*LF|unit=MU\n kind|类型/Kind|enum|*LF|o=field:大田,greenhouse:设施大棚,orchard:果园,dryland:旱地,base:示范基地\n photos|照片/Photos|files||accept=image\n note|备注/Note|longtext`),
  R('crop-cycles', '种植茬次/Crop cycles', 'trace', 'seedling', 'name', `name|名称/Name|text|*LS\n plot_id|地块/Plot|ref|*LF|ref=plots\n product_id|产品/Product|ref|*LF|ref=products\n started_on|开始日期/Started|date|*LF\n expected_on|预计采收/Expected|date|L\n safe_on|可采收日/Safe on|date|=L\n state|状态/State|state|LF`, 'growing:生长中:ok,harvesting:采收中:warn,closed:已结束:info', ['harvest|开始采收|growing|harvesting|p', 'close|结束|harvesting|closed']),
  R('farm-operations', '农事记录/Farm operations', 'trace', 'shovel', 'step', `cycle_id|茬次/Cycle|ref|*LF|ref=crop-cycles\n step|农事/Step|enum|*LF|o=sow:播种,fertilise:施肥,irrigate:灌溉,pest_control:病虫防治,weed:除草,prune:整枝,harvest:采收,other:其他\n done_ms|时间/Done|time|*LF\n operator|操作人/Operator|text|L\n input_id|投入品/Input|ref|L|ref=farm-inputs;when=step:fertilise+pest_control\n dose_milli|用量/Dose|quantity||uf=dose_unit\n dose_unit|用量单位/Dose unit|enum||o=KGM:千克,LTR:升,GRM:克\n quantity_milli|采收量/Quantity|quantity|L|uf=quantity_unit;when=step:harvest\n quantity_unit|单位/Unit|enum||o=${unitsO}\n location|位置/Location|geo\n photos|照片/Photos|files||accept=image\n note|备注/Note|longtext`, '', [], { update: false, delete: false }),
  R('lots', '批次/Lots', 'trace', 'packages', 'code', `code|批次号/Code|code|=LS|w=170\n product_id|产品/Product|ref|*LF|ref=products\n cycle_id|茬次/Cycle|ref||ref=crop-cycles\n org_id|所属主体/Organisation|ref|*L|ref=organisations\n harvested_on|采收日期/Harvested|date|*LF\n quantity_milli|数量/Quantity|quantity|*L|uf=unit\n unit|单位/Unit|enum|*|o=${unitsO}\n pack_milli|单件含量/Pack|quantity|*|uf=unit\n codes_issued|已赋码/Issued|int|=L\n test_verdict|检测结论/Verdict|enum|=LF|o=none:未检测:info,pass:合格:ok,fail:不合格:bad\n state|状态/State|state|LF`, 'open:待放行:info,released:已放行:ok,held:暂扣:warn,recalled:召回:bad,closed:已结束:info', ['release|放行|open|released|p', 'hold|暂扣|open,released|held|cd', 'lift|解除|held|open|c']),
  R('inspections', '检测/Inspections', 'trace', 'microscope', 'sample_no', `sample_no|样品编号/Sample|text|*LS\n lot_id|批次/Lot|ref|*LF|ref=lots\n method|方法/Method|enum|*LF|o=inhibition:酶抑制率法,laboratory:实验室\n sampled_on|抽样日期/Sampled|date|*\n tested_ms|检测时间/Tested|time|*L\n readings|读数/Readings|lines|*|lines=control_e4^空白吸光度变化/Control^int^*~sample_e4^样品吸光度变化/Sample^int^*~inhibition_bp^抑制率/Inhibition^rate^=\n inhibition_bp|抑制率/Inhibition|rate|=L\n verdict|结论/Verdict|enum|=LF|o=pass:合格:ok,fail:不合格:bad,need_retest:需复检:warn\n report|报告/Report|file||accept=pdf`, '', [], { update: false, delete: false }),
  R('supply-events', '流通记录/Supply events', 'trace', 'truck-delivery', 'kind', `lot_id|批次/Lot|ref|*LF|ref=lots\n kind|环节/Kind|enum|*LF|o=pack:包装,ship:发货,receive:收货,store:入库,sell:销售\n done_ms|时间/Done|time|*LF\n to_name|去向/To|text|L\n quantity_milli|数量/Quantity|quantity|*L`),
  R('certificates', '合格证/Certificates', 'trace', 'certificate', 'number', `number|编号/Number|code|=LS\n lot_id|批次/Lot|ref|*LF|ref=lots\n basis|承诺依据/Basis|enum|*L|o=self_test:自行检测合格,commissioned:委托检测合格,quality_control:质量安全控制符合要求\n issued_on|开具日期/Issued|date|=LF\n state|状态/State|state|LF`, 'valid:有效:ok,voided:作废:bad', ['void|作废|valid|voided|cd']),
  R('news', '资讯/News', 'portal', 'news', 'title', `title|标题/Title|text|*LS\n kind|类别/Kind|enum|LF|o=news:动态,notice:公告,policy:政策\n body|正文/Body|longtext|*\n cover|封面/Cover|file||accept=image\n state|状态/State|state|LF`, 'draft:草稿:info,published:已发布:ok,withdrawn:已撤回:bad', ['publish|发布|draft|published|p']),
];
const groups = [{ name: 'org', title: T('主体与人员/Organisations and people'), icon: 'building', order: 10 }, { name: 'station', title: T('服务站点/Stations'), icon: 'building-store', order: 15 }, { name: 'trace', title: T('农产品追溯/Traceability'), icon: 'plant-2', order: 20 }, { name: 'portal', title: T('门户/Portal'), icon: 'world', order: 30 }];
const towns = ['潞华街道办事处', '成家川街道办事处', '翟店街道办事处', '店上镇', '微子镇', '辛安泉镇', '史回镇', '黄牛蹄乡'].map((name, i) => ({ code: `140406${String(i < 3 ? i + 1 : i + 97).padStart(3, '0')}000`, name, level: 4, parent: '140406000000', lng: 113.1 + ((i * 37) % 23) / 90, lat: 36.24 + ((i * 53) % 19) / 90 }));
const villages = towns.flatMap(t => ['南垂村村委会', '冯村村民委员会', '城关社区居委会'].map((n, i) => ({ code: t.code.slice(0, 9) + (201 + i), name: n, level: 5, parent: t.code, lng: t.lng, lat: t.lat })));
const db = Object.fromEntries(resources.map(r => [r.name, []]));
let serial = 900000000000n;
const nextId = () => String(serial++);
const pick = (a, i) => a[i % a.length];
const names = ['店上', '微子', '辛安泉', '史回', '黄牛蹄', '潞华', '成家川', '翟店'], crops = ['旱地小米', '核桃', '党参', '番茄', '连翘', '玉米'];
const perms = 'org.view org.edit org.people org.unmask org.accounts org.roles org.rules org.audit station.view station.edit trace.view trace.record trace.test trace.issue trace.recall trace.catalogue portal.edit screen.view core.jobs core.export'.split(' ');
const now = Date.now();
function make(r, i) {
  const row = { id: nextId(), version: 1, created_ms: now - i * 3600_000, updated_ms: now - i * 1800_000, division: pick(villages, i).code, org_id: null, person_id: null };
  for (const f of r.fields) {
    if (f.type === 'text') row[f.name] = ({ name: r.name === 'people' || r.name === 'users' ? pick(['王芳', '李雪梅', '赵文斌', '孙建国', '黄海军'], i) : r.name === 'products' ? pick(crops, i) : r.name === 'farm-inputs' ? pick(['吡虫啉', '尿素', '有机肥', '小麦种'], i) : `${pick(names, i)}${pick(crops, i)}${r.title.zh}${i + 1}`, login: `user${i}`, label: pick(['平台管理员', '县级主管', '运营人员', '种植户'], i), title: `${pick(names, i)}开展农产品质量安全培训（第${i + 1}期）` })[f.name] ?? (f.required || i % 2 ? `${f.title.zh}${i + 1}` : null);
    else if (f.type === 'code') row[f.name] = `140406-${20260300 + (i % 28) + 1}-${String(i).padStart(4, '0')}`;
    else if (f.type === 'enum') row[f.name] = pick(f.options, i).value;
    else if (f.type === 'state') row[f.name] = pick(r.states, i).value;
    else if (f.type === 'division') row[f.name] = pick(villages, i).code;
    else if (f.type === 'ref') row[f.name] = db[f.ref]?.length ? pick(db[f.ref], i).id : null;
    else if (f.type === 'int') row[f.name] = i * 7;
    else if (f.type === 'quantity') row[f.name] = 1500 + i * 1250;
    else if (f.type === 'money') row[f.name] = 1000000 + i * 12345;
    else if (f.type === 'rate') row[f.name] = 1234 + i * 10;
    else if (f.type === 'bool') row[f.name] = i % 3 === 0;
    else if (f.type === 'date') row[f.name] = `2026-0${(i % 9) + 1}-1${i % 10}`;
    else if (f.type === 'time') row[f.name] = now - i * 7200_000;
    else if (f.type === 'geo') row[f.name] = { lng: 113.1 + i / 1000, lat: 36.3 + i / 2000 };
    else if (f.type === 'phone') row[f.name] = '138****4476';
    else if (f.type === 'idno') row[f.name] = '1404**********2416';
    else if (f.type === 'uscc') row[f.name] = '91350100M000100Y43';
    else if (f.type === 'files') row[f.name] = [];
    else if (f.type === 'lines') row[f.name] = [{ control_e4: 4120, sample_e4: 3100, inhibition_bp: 2476 }];
    else if (f.type === 'json') row[f.name] = r.name === 'roles' ? (i ? perms.slice(0, 4 + i * 3) : ['*']) : { cap: 30 + i, unit: '%' };
    else row[f.name] = f.type === 'longtext' && i % 2 ? '示例文字，第一行。\n第二行。' : null;
  }
  return row;
}
for (const r of resources) for (let i = 0; i < ({ roles: 4, 'county-rules': 3, users: 6, 'farm-inputs': 4 }[r.name] ?? 47); i++) db[r.name].push(make(r, i));
db.recalls = [];
const files = new Map(), jobs = [], notices = [1, 2, 3].map(i => ({ id: String(i), title: `批次 140406-2026030${i} 检测不合格`, body: '已自动暂扣，请核查处理。', link: `/r/lots/${db.lots[i].id}`, at_ms: now - i * 5400_000, read: i === 3 }));
const title = (r, row) => { const f = r.fields.find(x => x.name === r.titleField); return f.type === 'ref' ? db[f.ref].find(x => x.id === row[f.name])?.name ?? '' : f.type === 'enum' ? f.options.find(o => o.value === row[f.name])?.label.zh : row[r.titleField]; };
const withMay = (r, row) => ({ ...row, _may: [...(r.may.update ? ['update'] : []), ...(r.may.delete ? ['delete'] : []), ...r.moves.filter(m => m.from.includes(row.state)).map(m => m.name)] });
function labelsOf(r, rows) {
  const L = { divisions: {} };
  for (const row of rows) for (const f of [...r.fields]) {
    if (f.type === 'division' && row[f.name]) L.divisions[row[f.name]] = [...towns, ...villages].find(d => d.code === row[f.name])?.name;
    if (f.type === 'ref' && row[f.name]) { const t = resources.find(x => x.name === f.ref), o = db[f.ref].find(x => x.id === row[f.name]); if (o) (L[f.ref] ??= {})[o.id] = title(t, o); }
  }
  return L;
}
const who = { officer: ['*'], grower: ['trace.view', 'trace.record'], inspector: ['trace.view', 'trace.test'] };
const sessionOf = login => ({ user: { id: db.users[0].id, name: login === 'grower' ? '王建国' : '李雪梅', login, org_id: db.organisations[1].id, org: login === 'grower' ? '店上镇丰收合作社' : '潞城区商务局', person_id: db.people[0].id }, csrf: 'x', must_change: false, totp_required: false, permissions: who[login] ?? ['*'], county: { code: '140406', name: T('潞城区/Lucheng District') }, lang: 'zh', demo: true });
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.woff2': 'font/woff2', '.webmanifest': 'application/manifest+json' };
const CSP = "default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'";
const done = new Map();
const server = http.createServer(async (q, s) => {
  const u = new URL(q.url, 'http://x'), p = u.pathname, P = u.searchParams;
  const chunks = []; for await (const c of q) chunks.push(c);
  const raw = Buffer.concat(chunks);
  const send = (status, o, h = {}) => { s.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', ...h }); s.end(o === undefined ? '' : JSON.stringify(o)); };
  const bad = (status, detail, more = {}) => send(status, { type: 'urn:ezhen:problem:x', title: detail, status, detail, request_id: 'r1', ...more });
  if (p === '/healthz') return send(200, { ok: true, demo: true });
  if (p === '/readyz') return send(200, {});
  if (!p.startsWith('/api/')) {
    let f = p === '/admin' || p.startsWith('/admin/') ? '/admin.html' : p === '/m/' || p === '/m' ? '/m.html' : p === '/screen/' ? '/screen.html' : p;
    f = path.join(dist, path.normalize(f));
    if (!fs.existsSync(f) || fs.statSync(f).isDirectory()) { s.writeHead(404); return s.end(); }
    const gz = /\.(html|js|css|svg|wasm)$/.test(f);
    s.writeHead(200, { 'Content-Type': types[path.extname(f)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP, 'Cache-Control': p.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache', ...(gz ? { 'Content-Encoding': 'gzip' } : {}) });
    return s.end(gz ? zlib.gzipSync(fs.readFileSync(f)) : fs.readFileSync(f));
  }
  const a = p.slice(8), login = /who=(\w+)/.exec(q.headers.cookie ?? '')?.[1];
  const body = raw.length && /json/.test(q.headers['content-type'] ?? '') ? JSON.parse(raw) : {};
  if (a === 'session') {
    if (q.method === 'POST') { if (body.password === 'wrong') return bad(401, '账号或密码不正确，还可尝试 4 次'); return send(200, sessionOf(body.login), { 'Set-Cookie': `who=${body.login}; Path=/; HttpOnly` }); }
    if (q.method === 'DELETE') return send(204, undefined, { 'Set-Cookie': 'who=; Path=/; Max-Age=0' });
    return login ? send(200, sessionOf(login)) : bad(401, '请先登录');
  }
  if (a === 'screen') return send(200, screen());
  if (a === 'screen/live') { s.writeHead(200, { 'Content-Type': 'text/event-stream' }); const t = setInterval(() => s.write(`event: scan\nid: ${Date.now()}\ndata: ${JSON.stringify(scan(0))}\n\n`), 1500); q.on('close', () => clearInterval(t)); return; }
  if (!login) return bad(401, '请先登录');
  const key = q.headers['idempotency-key']; if (key && done.has(key)) return send(...done.get(key));
  if (a === 'session/password') return send(204);
  if (a === 'session/totp') return send(200, { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/e?secret=JBSWY3DPEHPK3PXP' });
  if (a === 'meta') return send(200, { county: { code: '140406', name: T('潞城区/Lucheng District') }, version: '0.1.0', demo: true, groups, resources });
  if (a === 'divisions') return send(200, { items: P.get('parent') === '140406000000' ? towns : villages.filter(v => v.parent === P.get('parent')) });
  if (a === 'files' && q.method === 'POST') { const id = nextId(); files.set(id, { raw, info: { id, name: P.get('name'), type: q.headers['content-type'], bytes: raw.length, width: 800, height: 600 } }); const r = [201, files.get(id).info]; if (key) done.set(key, r); return send(...r); }
  const fm = a.match(/^files\/(\d+)(\/info)?$/);
  if (fm) { const f = files.get(fm[1]); if (!f) return bad(404, '没有这个文件'); if (fm[2]) return send(200, f.info); s.writeHead(200, { 'Content-Type': f.info.type }); return s.end(f.raw); }
  if (a === 'search') return send(200, { items: resources.flatMap(r => db[r.name].filter(x => String(title(r, x)).includes(P.get('q'))).slice(0, 3).map(x => ({ resource: r.name, id: x.id, title: title(r, x), secondary: '' }))).slice(0, 20) });
  if (a === 'notices') return send(200, { items: notices });
  if (a === 'notices/read-all') { notices.forEach(n => { n.read = true; }); return send(204); }
  if (a === 'jobs') return send(200, { items: jobs });
  if (/^jobs\/\d+$/.test(a)) { const j = jobs.find(x => x.id === a.slice(5)); if (j.done < j.total) j.done += 20; if (j.done >= j.total) { j.state = 'done'; j.result = { rows: 60, created: 57, wrong: 3, file: '1' }; } return send(200, j); }
  if (a === 'dashboard') return send(200, { cards: [['plots', '地块', 1240, 'MU', 0], ['lots', '批次', 386], ['codes', '已赋码', 128450], ['scans', '累计扫码', 45210], ['tests', '检测合格率', 9873, '%', 2]].map(([n, t, v, uu, sc]) => ({ name: n, title: T(t), value: v, unit: uu ? T(uu === 'MU' ? '块' : uu) : T('个'), scale: sc ?? 0, link: `/r/${n === 'plots' || n === 'lots' ? n : 'lots'}` })), charts: [{ name: 'scans', title: T('近 30 天扫码'), kind: 'line', unit: T('次'), x: Array.from({ length: 30 }, (_, i) => `11-${i + 1}`), series: [{ title: T('扫码'), data: Array.from({ length: 30 }, (_, i) => 400 + ((i * 91) % 300)) }] }, { name: 'town', title: T('各乡镇批次'), kind: 'bar', unit: T('批'), x: towns.map(t => t.name.replace('办事处', '')), series: [{ title: T('批次'), data: towns.map((_, i) => 20 + ((i * 17) % 40)) }, { title: T('合格'), data: towns.map((_, i) => 18 + ((i * 17) % 36)) }] }, { name: 'cat', title: T('产品类别'), kind: 'pie', unit: T('个'), x: ['粮食', '蔬菜', '水果', '中药材'], series: [{ title: T('产品'), data: [38, 24, 17, 13] }] }] });
  if (a === 'permissions') return send(200, { items: perms.map(name => ({ name, label: T(name), module: name.split('.')[0], module_label: T({ org: '主体与人员', station: '服务站点', trace: '农产品追溯', portal: '门户', screen: '大屏', core: '平台' }[name.split('.')[0]]), held: true })) });
  if (a === 'rules') return send(200, { items: [{ name: 'trace.inhibition_limit_bp', label: T('抑制率合格上限'), help: T('GB/T 5009.199'), type: 'int', min: 0, max: 10000, choices: null, preset: 5000, value: 5000, rule_id: null }] });
  if (a.startsWith('own/')) return send(200, { items: a === 'own/sessions' ? [{ id: '1', agent: 'Chrome 120 / Windows', client_ip: '10.0.0.8', last_used_ms: now, current: true }] : [] });
  if (a === 'live') { s.writeHead(200, { 'Content-Type': 'text/event-stream' }); s.write(': hi\n\n'); return; }
  if (a === 'audit') return send(200, { items: [{ at_ms: now, actor: '李雪梅', verb: 'updated', resource: 'plots', record_id: db.plots[0].id, changes: [{ field: 'area_milli', before: 1000, after: 2000 }] }], next: null });
  const [rn, id, sub] = a.split('/'), r = resources.find(x => x.name === rn);
  if (!r) return bad(404, '没有这个地址');
  const list = db[rn];
  if (!id && q.method === 'GET') {
    let rows = [...list].reverse();
    for (const [k, v] of P) {
      const [n, op] = k.split('.');
      if (k === 'q') rows = rows.filter(x => JSON.stringify(Object.values(x)).includes(v));
      else if (!r.fields.some(f => f.name === n) && n !== 'division' && n !== 'person_id' && n !== 'org_id' && n !== 'state') continue;
      else if (op === 'in') rows = rows.filter(x => v.split(',').includes(x[n]));
      else if (op === 'gte') rows = rows.filter(x => x[n] >= (isNaN(v) ? v : Number(v)));
      else if (op === 'lte') rows = rows.filter(x => x[n] <= (isNaN(v) ? v : Number(v)));
      else if (op === 'prefix') rows = rows.filter(x => String(x[n]).startsWith(v));
      else if (op === 'within') rows = rows.filter(x => String(x[n]).startsWith(v.replace(/0+$/, '')));
      else rows = rows.filter(x => String(x[n]) === v);
    }
    const sort = P.get('sort'); if (sort) { const n = sort.replace('-', ''), d = sort[0] === '-' ? -1 : 1; rows.sort((x, y) => (x[n] > y[n] ? d : x[n] < y[n] ? -d : 0)); }
    const from = Number(P.get('after') ?? 0), lim = Number(P.get('limit') ?? 50), items = rows.slice(from, from + lim).map(x => withMay(r, x));
    return send(200, { items, next: from + lim < rows.length ? String(from + lim) : null, count: rows.length, labels: labelsOf(r, items) });
  }
  if (id === 'import') { const j = { id: nextId(), kind: 'core.import', title: T('导入'), state: 'running', done: 0, total: 60, result: null, created_ms: Date.now() }; jobs.unshift(j); return send(202, { job: j.id }); }
  if (!id && q.method === 'POST') {
    const errors = {}; for (const f of r.fields) if (f.required && body[f.name] == null) errors[f.name] = `请填写${f.title.zh}`;
    if (body.name === '重复') errors.name = '这个名称已经存在';
    if (Object.keys(errors).length) return bad(422, '有内容需要修改', { errors });
    const row = { ...make(r, 0), ...Object.fromEntries(r.fields.map(f => [f.name, null])), ...body, id: body.id ?? nextId(), version: 1, state: r.states[0]?.value, created_ms: Date.now(), updated_ms: Date.now() };
    list.push(row); const out = [201, withMay(r, row)]; if (key) done.set(key, out); return send(...out);
  }
  const row = list.find(x => x.id === id);
  if (!row) return bad(404, '没有找到');
  if (sub === 'history') return send(200, { items: [{ at_ms: now - 1000, actor: '李雪梅', verb: 'updated', comment: '', changes: [{ field: r.titleField, before: '旧', after: title(r, row) }] }, { at_ms: now - 99999, actor: '王建国', verb: 'created', comment: null, changes: [] }] });
  if (q.method === 'GET') return send(200, { ...withMay(r, row), labels: labelsOf(r, [row]) });
  if (q.method === 'PATCH') { if (body.version !== row.version) return bad(409, '版本已过期', { code: 'stale-version' }); Object.assign(row, body, { version: row.version + 1 }); return send(200, withMay(r, row)); }
  if (q.method === 'DELETE') { list.splice(list.indexOf(row), 1); return send(204); }
  const m = r.moves.find(x => x.name === sub); if (m) { row.state = m.to; row.version++; return send(200, withMay(r, row)); }
  bad(404, '没有这个地址');
});
const scan = i => ({ at_ms: Date.now() - i * 9000, product: pick(crops, Math.floor(Math.random() * 6)), town: pick(towns, Math.floor(Math.random() * 8)).name.replace('办事处', ''), place: pick(['山西太原', '北京朝阳', '山西长治'], i) });
const screen = () => ({ title: T('潞城区农产品质量追溯'), now_ms: Date.now(), demo: true, cards: [['lots', '追溯批次', 386, '批'], ['codes', '已赋码', 128450, '个'], ['scans', '累计扫码', 45210, '次'], ['pass', '检测合格率', 9873, '%', 2]].map(([n, t, v, uu, sc]) => ({ name: n, title: T(t), value: v, scale: sc ?? 0, unit: T(uu) })), towns: towns.map((t, i) => ({ code: t.code, name: t.name, lng: t.lng, lat: t.lat, stations: 10 + i, lots: 20 + i * 3, scans: 400 - i * 20 })), charts: { scans_by_day: { x: Array.from({ length: 30 }, (_, i) => `2026-11-${String(i + 1).padStart(2, '0')}`), y: Array.from({ length: 30 }, (_, i) => 400 + ((i * 91) % 300)) }, lots_by_town: { x: towns.map(t => t.name), y: towns.map((_, i) => 20 + ((i * 17) % 40)) }, operations_by_month: { x: Array.from({ length: 12 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}`), y: Array.from({ length: 12 }, (_, i) => 120 + ((i * 57) % 140)) }, products: crops.map((name, i) => ({ name, value: 40 - i * 5 })), tests: { pass: 371, fail: 4, retest: 6 } }, recent_scans: Array.from({ length: 8 }, (_, i) => scan(i)), recent_tests: Array.from({ length: 6 }, (_, i) => ({ at_ms: now - i * 999999, product: pick(crops, i), org: '丰收合作社', verdict: pick(['pass', 'pass', 'pass', 'need_retest'], i), inhibition_bp: 800 + i * 321 })) });
server.listen(Number(port), '127.0.0.1', () => console.log('mock http://127.0.0.1:' + port));

import { describe, expect, test } from 'vitest';
import type { Field } from '../../src/api/types';
import { newId, problemOf, query } from '../../src/api/client';
import zhCommon from '../../src/i18n/common.zh';
import enCommon from '../../src/i18n/common.en';
import zhAdmin from '../../src/admin/words.zh';
import enAdmin from '../../src/admin/words.en';
import zhPhone from '../../src/m/words.zh';
import enPhone from '../../src/m/words.en';
import { addWords } from '../../src/i18n/t';
import { barScale, slices, ticks } from '../../src/admin/chart';
import { format, headOf, unitOf } from '../../src/meta/format';
import { addDays, ago, readTime, showDate, showTime } from '../../src/meta/time';
import { shortName } from '../../src/meta/divisions';
import { tasksOf, type Cycle } from '../../src/m/mine';
import { grouped, understand } from '../../src/m/code';
import { absorbance, inhibitionBp } from '../../src/m/inhibition';
import { fitWithin } from '../../src/shared/photo';

addWords(zhCommon);
const f = (type: Field['type'], o: Partial<Field> = {}): Field => ({ name: 'x', title: { zh: '面积', en: 'Area' }, type, ...o });

describe('values', () => {
  test('as people read them', () => {
    expect(format(f('money'), 123456)).toBe('1,234.56');
    expect(format(f('quantity', { scale: 3 }), 1500)).toBe('1.5');
    expect(format(f('rate'), 1234)).toBe('12.34');
    expect(format(f('bool'), false)).toBe('否');
    expect(format(f('enum', { options: [{ value: 'a', label: { zh: '甲', en: 'A' } }] }), 'a')).toBe('甲');
    expect(format(f('state'), 'open', undefined, [{ value: 'open', label: { zh: '营业', en: 'Open' } }])).toBe('营业');
    expect(format(f('ref', { ref: 'plots' }), '12', { plots: { 12: '东坡一号地' } })).toBe('东坡一号地');
    expect(format(f('division'), '140406102000', { divisions: { 140406102000: '店上镇' } })).toBe('店上镇');
    expect(format(f('geo'), { lng: 113.228451, lat: 36.334102 })).toBe('113.228451, 36.334102');
    expect(format(f('text'), null)).toBe('—');
    expect(format(f('int'), 0)).toBe('0');
  });
  test('units come from the field or from the row', () => {
    const all = [f('enum', { name: 'unit', options: [{ value: 'JIN', label: { zh: '斤', en: 'jin' } }] }), f('quantity', { name: 'q', unitField: 'unit' })];
    expect(unitOf(all[1], { unit: 'JIN' }, all)).toBe('斤');
    expect(headOf(f('quantity', { unit: { code: 'MU', zh: '亩', en: 'mu' } }))).toBe('面积（亩）');
    expect(headOf(f('money'))).toBe('面积（元）');
  });
});

describe('time is Shanghai time', () => {
  test('both ways', () => {
    expect(showTime(Date.UTC(2026, 2, 14, 16, 5))).toBe('2026-03-15 00:05');
    expect(readTime('2026-03-15 00:05')).toBe(Date.UTC(2026, 2, 14, 16, 5));
    expect(readTime('2026-03-15T00:05')).toBe(Date.UTC(2026, 2, 14, 16, 5));
    expect(readTime('2026-02-29')).toBeNaN();
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(showDate(Date.UTC(2026, 0, 1, 15, 59))).toBe('2026-01-01');
  });
  test('ago', () => {
    const now = readTime('2026-03-15 12:00');
    expect(ago(now - 30_000, now)).toBe('刚刚');
    expect(ago(now - 5 * 60_000, now)).toBe('5 分钟前');
    expect(ago(now - 3 * 3600_000, now)).toBe('3 小时前');
    expect(ago(readTime('2026-03-14 22:10'), now)).toBe('昨天 22:10');
  });
});

describe('client', () => {
  test('keys of records follow the rule of 42 + 22 bits', () => {
    const at = Date.UTC(2026, 10, 23), id = BigInt(newId(at));
    expect(Number(id >> 22n)).toBe(at - Date.UTC(2020, 0, 1));
    expect(id < 1n << 63n).toBe(true);
    expect(new Set(Array.from({ length: 200 }, () => newId(at))).size).toBeGreaterThan(195);
  });
  test('query text leaves out what is empty', () => {
    expect(query({ q: '', a: 1, b: [], c: ['x', 'y'], d: undefined, e: true })).toBe('?a=1&c=x%2Cy&e=1');
    expect(query({})).toBe('');
  });
  test('problem documents', () => {
    const p = problemOf(409, '{"title":"t","detail":"版本已过期","code":"stale-version","field":"name","request_id":"r"}');
    expect([p.message, p.code, p.errors.name, p.requestId]).toEqual(['版本已过期', 'stale-version', '版本已过期', 'r']);
    expect(problemOf(502, '<html>').status).toBe(502);
  });
});

describe('two languages', () => {
  test('say the same things with the same holes', () => {
    const holes = (s: string) => [...s.matchAll(/\{\w+\}/g)].map(m => m[0]).sort().join();
    for (const [zh, en] of [[zhCommon, enCommon], [zhAdmin, enAdmin], [zhPhone, enPhone]] as Record<string, string>[][]) {
      expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
      for (const k of Object.keys(zh)) {
        expect(holes(en[k]), k).toBe(holes(zh[k]));
        if (k !== 'shell.lang' && k !== 'me.lang') expect(/[\u4e00-\u9fff]/.test(en[k]), k).toBe(false);
      }
    }
  });
});

describe('small charts', () => {
  test('marks are round whole numbers that cover the data', () => {
    expect(ticks([3, 7, 5])).toEqual([0, 2, 4, 6, 8]);
    expect(ticks([])).toEqual([0, 1]);
    expect(ticks([1])).toEqual([0, 1]);
    const m = ticks([128450]);
    expect(m[0]).toBe(0);
    expect(m[m.length - 1]).toBeGreaterThanOrEqual(128450);
  });
  test('bars stay inside their space', () => {
    const s = barScale(8, 2, 40, 440);
    expect(s.x(0, 0)).toBeGreaterThanOrEqual(40);
    expect(s.x(7, 1) + s.width).toBeLessThanOrEqual(440);
  });
  test('a ring of nothing is nothing', () => {
    expect(slices([0, 0])).toEqual([]);
    expect(slices([1, 0, 3]).filter(Boolean)).toHaveLength(2);
  });
});

describe('the phone', () => {
  test('understands what was scanned', () => {
    expect(understand('https://x.cn/t/8F3K27QD119P0ABCDEFG')).toEqual({ kind: 'code', code: '8F3K27QD119P0ABCDEFG' });
    expect(understand('8f3k-27qd-119p-0abc-defg')).toEqual({ kind: 'code', code: '8F3K27QD119P0ABCDEFG' });
    expect(understand('8F3K 27QD II9P OABC DEFG')).toEqual({ kind: 'code', code: '8F3K27QD119P0ABCDEFG' });
    expect(understand('140406-20260301-00017')).toEqual({ kind: 'lot', lot: '140406-20260301-00017' });
    expect(understand('hello')).toEqual({ kind: 'other', text: 'hello' });
    expect(grouped('8F3K27QD119P0ABCDEFG')).toBe('8F3K-27QD-119P-0ABC-DEFG');
  });
  test('today follows from crops and the newest work', () => {
    const now = readTime('2026-06-10 09:00'), c = (id: string, o: Partial<Cycle>): Cycle => ({ id, name: id, plot: '', product: '', state: 'growing', ...o });
    const op = (cycle_id: string, day: string) => ({ id: cycle_id, version: 1, cycle_id, done_ms: readTime(day) });
    const list = tasksOf([c('a', { expected: '2026-06-09' }), c('b', { expected: '2026-06-12', safe: '2026-06-15' }), c('c', { expected: '2026-06-15' }), c('d', {}), c('e', {}), c('f', {})], [op('e', '2026-05-01'), op('f', '2026-06-09')], now);
    expect(list.map(x => [x.id, x.kind])).toEqual([['a', 'due'], ['b', 'wait'], ['c', 'harvest'], ['d', 'never'], ['e', 'silent']]);
    expect(list[4].days).toBe(40);
  });
  test('inhibition as GB/T 5009.199 has it', () => {
    expect(inhibitionBp('0.500', '0.250')).toBe(5000);
    expect(inhibitionBp('0.412', '0.310')).toBe(2476);
    expect(inhibitionBp('0', '0.1')).toBeNull();
    expect(absorbance('0.4125')).toBe(4125);
    expect(absorbance('5.1')).toBeNull();
    expect(absorbance('-0.01', -20000)).toBe(-100);
  });
  test('photos fit within 1600', () => {
    expect(fitWithin(4000, 3000)).toEqual({ w: 1600, h: 1200 });
    expect(fitWithin(800, 600)).toEqual({ w: 800, h: 600 });
  });
  test('division names as people say them', () => {
    expect(shortName('南垂村村委会')).toBe('南垂村');
    expect(shortName('冯村村民委员会')).toBe('冯村');
    expect(shortName('城关社区居委会')).toBe('城关社区');
    expect(shortName('潞华街道办事处')).toBe('潞华街道');
  });
});

import { describe, expect, test } from 'vitest';
import type { Field } from '../../src/api/types';
import { addWords } from '../../src/i18n/t';
import zh from '../../src/i18n/common.zh';
import { check, checkAll, idnoOk, isRequired, phoneOk, usccOk } from '../../src/meta/validate';

addWords(zh);
const f = (type: Field['type'], o: Partial<Field> = {}): Field => ({ name: 'x', title: { zh: '面积', en: 'Area' }, type, ...o });

describe('field rules', () => {
  test('required names the field, by what it wants', () => {
    expect(check(f('text', { required: true }), '', {})).toBe('请填写面积');
    expect(check(f('ref', { required: true }), null, {})).toBe('请选择面积');
    expect(check(f('files', { required: true }), [], {})).toBe('请上传面积');
    expect(check(f('text'), '', {})).toBe('');
  });
  test('conditional rules follow the other field', () => {
    const x = f('int', { requiredWhen: { field: 'kind', is: ['pesticide'] } });
    expect(isRequired(x, { kind: 'pesticide' })).toBe(true);
    expect(check(x, null, { kind: 'seed' })).toBe('');
    expect(check(x, null, { kind: 'pesticide' })).toBe('请填写面积');
  });
  test('bounds are shown in the unit people type', () => {
    expect(check(f('quantity', { scale: 3, min: 1, max: 1000000 }), 1000001, {})).toBe('不能大于 1,000');
    expect(check(f('quantity', { scale: 3, min: 1, max: 1000000 }), 0, {})).toBe('不能小于 0.001');
    expect(check(f('money'), NaN, {})).toBe('请输入数字');
  });
  test('length counts characters, not code units', () => {
    expect(check(f('text', { maxLength: 2 }), '𠮷野', {})).toBe('');
    expect(check(f('text', { maxLength: 2 }), '𠮷野家', {})).toBe('最多 2 个字，现在 3 个');
  });
  test('identity numbers', () => {
    expect(idnoOk('11010519491231002X')).toBe(true);
    expect(idnoOk('11010519491231002x')).toBe(true);
    expect(idnoOk('110105194912310021')).toBe(false);
    expect(idnoOk('11010519491331002X')).toBe(false);
  });
  test('credit codes', () => {
    expect(usccOk('91350100M000100Y43')).toBe(true);
    expect(usccOk('91350100M000100Y44')).toBe(false);
    expect(usccOk('91350100M000100I43')).toBe(false);
  });
  test('telephone numbers', () => {
    for (const s of ['13812345678', '138 1234 5678', '+8613812345678', '0355-6781234', '400-123-4567']) expect(phoneOk(s), s).toBe(true);
    for (const s of ['123', '12812345678', '138123456789', 'abc']) expect(phoneOk(s), s).toBe(false);
  });
  test('dates exist', () => {
    expect(check(f('date'), '2026-02-28', {})).toBe('');
    expect(check(f('date'), '2026-02-30', {})).not.toBe('');
  });
  test('line items name the row', () => {
    const lines = f('lines', { fields: [f('int', { name: 'n', title: { zh: '读数', en: 'Reading' }, required: true })] });
    expect(check(lines, [{ n: 1 }, { n: null }], {})).toBe('第 2 行 读数：请填写读数');
  });
  test('a masked private value is left alone', () => {
    expect(check(f('phone', { private: true }), '138****4476', {})).toBe('');
  });
  test('all at once', () => {
    expect(checkAll([f('text', { name: 'a', required: true }), f('text', { name: 'b' })], {})).toEqual({ a: '请填写面积' });
  });
});

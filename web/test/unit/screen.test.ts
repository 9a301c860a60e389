import { describe, expect, test } from 'vitest';
import { mergeCards, msToReload, newest } from '../../src/screen/feed';
import { schematic, spread } from '../../src/screen/schematic';

describe('the wall screen', () => {
  test('keeps the newest rows once', () => {
    const row = (at_ms: number) => ({ at_ms, product: 'x' });
    let list = [row(3), row(2), row(1)];
    list = newest(row(4), list, 3);
    expect(list.map(r => r.at_ms)).toEqual([4, 3, 2]);
    expect(newest(row(4), list, 3)).toBe(list);
  });
  test('figures change the cards that are there', () => {
    const card = (name: string, value: number) => ({ name, value, title: { zh: name, en: name } });
    expect(mergeCards([card('a', 1), card('b', 2)], [card('b', 5), card('z', 9)]).map(c => c.value)).toEqual([1, 5]);
  });
  test('reloads at half past three in Shanghai', () => {
    const at = new Date(Date.UTC(2026, 10, 23, 12, 0) + msToReload(Date.UTC(2026, 10, 23, 12, 0), 0));
    expect([at.getUTCHours(), at.getUTCMinutes()]).toEqual([19, 30]);
    expect(msToReload(Date.UTC(2026, 10, 23, 19, 30), 0)).toBe(0);
    expect(msToReload(Date.UTC(2026, 10, 23, 19, 31), 0)).toBeGreaterThan(23 * 3600_000);
  });
  test('every township gets a cell, even when places coincide', () => {
    const at = spread([[0, 0], [0, 0], [1, 0], [0.01, 0.01], [0.5, 1]], 0.2);
    for (let i = 0; i < at.length; i++) for (let j = i + 1; j < at.length; j++) expect(Math.hypot(at[i][0] - at[j][0], at[i][1] - at[j][1])).toBeGreaterThan(0.15);
    const map = schematic(['a', 'b', 'c', 'd', 'e'], at);
    expect(map.features.map(x => x.properties.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const x of map.features) expect(x.geometry.coordinates[0].length).toBeGreaterThan(3);
  });
});

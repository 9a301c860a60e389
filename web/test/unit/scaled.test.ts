import { describe, expect, test } from 'vitest';
import { editScaled, parseScaled, showScaled } from '../../src/meta/scaled';

describe('exact decimals', () => {
  test('are shown with group marks and without needless zeros', () => {
    expect(showScaled(1234567, 3)).toBe('1,234.567');
    expect(showScaled(1500, 3)).toBe('1.5');
    expect(showScaled(1234, 2, true)).toBe('12.34');
    expect(showScaled(5, 2, true)).toBe('0.05');
    expect(showScaled(-123456, 2, true)).toBe('-1,234.56');
    expect(showScaled(1234567, 0)).toBe('1,234,567');
    expect(showScaled(0, 3)).toBe('0');
  });
  test('are read back to the same integer', () => {
    for (const [n, s] of [[0, 3], [1, 3], [999, 3], [1234567, 3], [-5, 2], [100, 2], [8, 0]] as const) expect(parseScaled(editScaled(n, s), s)).toBe(n);
  });
  test('accept what people type on a Chinese keyboard', () => {
    expect(parseScaled('１２．５', 3)).toBe(12500);
    expect(parseScaled('1，234.5', 2)).toBe(123450);
    expect(parseScaled(' .5 ', 2)).toBe(50);
  });
  test('refuse what is not such a number', () => {
    expect(parseScaled('', 2)).toBeNull();
    expect(parseScaled('abc', 2)).toEqual({ fault: 'number' });
    expect(parseScaled('1.2.3', 2)).toEqual({ fault: 'number' });
    expect(parseScaled('1.234', 2)).toEqual({ fault: 'scale' });
    expect(parseScaled('1.5', 0)).toEqual({ fault: 'int' });
    expect(parseScaled('99999999999999999', 2)).toEqual({ fault: 'number' });
    expect(parseScaled('1e5', 2)).toEqual({ fault: 'number' });
  });
  test('never pass through floating point', () => {
    expect(parseScaled('1.005', 3)).toBe(1005);
    expect(parseScaled('0.29', 2)).toBe(29);
    expect(parseScaled('-0', 2)).toBe(0);
  });
});

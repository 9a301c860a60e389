/** Exact decimal numbers: the server keeps integers (fen, thousandths, ten-thousandths), people read decimals. */

/** 1234567, 3 → "1,234.567"; fixed keeps trailing zeros (money). */
export function showScaled(v: number, scale: number, fixed = false): string {
  const neg = v < 0;
  const digits = String(Math.abs(v)).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(\d{3})+$)/g, ',');
  let part = scale ? digits.slice(-scale) : '';
  if (!fixed) part = part.replace(/0+$/, '');
  return (neg ? '-' : '') + whole + (part ? '.' + part : '');
}

/** The same without group marks, for editing. */
export const editScaled = (v: number | null | undefined, scale: number): string => (v == null ? '' : showScaled(v, scale).replace(/,/g, ''));

export type ParseFault = 'number' | 'int' | 'scale';

/** "1,234.5", 3 → 1234500. Returns the fault when it is not an exact number of that scale. */
export function parseScaled(text: string, scale: number): number | null | { fault: ParseFault } {
  const s = text.trim().replace(/[,，\s]/g, '').replace(/[。．]/g, '.').replace(/[０-９]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
  if (!s) return null;
  const m = s.match(/^([+-]?)(\d*)(?:\.(\d*))?$/);
  if (!m || (!m[2] && !m[3])) return { fault: 'number' };
  const part = (m[3] ?? '').replace(/0+$/, '');
  if (part.length > scale) return { fault: scale ? 'scale' : 'int' };
  const n = Number((m[2] || '0') + part.padEnd(scale, '0'));
  if (!Number.isSafeInteger(n)) return { fault: 'number' };
  return m[1] === '-' && n ? -n : n;
}

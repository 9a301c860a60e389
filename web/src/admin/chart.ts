/** Arithmetic of the small charts. */

/** Round marks from 0 (or below) to above the largest value; whole numbers only. */
export function ticks(values: number[]): number[] {
  const lo = Math.min(0, ...values), hi = Math.max(0, ...values);
  if (lo === hi) return [0, 1];
  const raw = (hi - lo) / 4, p = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map(m => m * p).find(s => s >= raw && Number.isInteger(s)) ?? Math.ceil(raw));
  const out: number[] = [];
  for (let v = Math.floor(lo / step) * step; v < hi + step; v += step) out.push(v);
  return out;
}

export function barScale(n: number, series: number, left: number, right: number) {
  const step = (right - left) / Math.max(1, n), group = Math.min(step * 0.66, 46 * series), width = group / Math.max(1, series);
  return {
    step,
    width: Math.max(1, width - (series > 1 ? 2 : 0)),
    mid: (i: number) => left + step * (i + 0.5),
    x: (i: number, k: number) => left + step * (i + 0.5) - group / 2 + width * k,
  };
}

export const linePath = (p: [number, number][]) => p.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** Ring segments of radius 34 to 56 around 0,0. */
export function slices(values: number[]): string[] {
  const sum = values.reduce((a, b) => a + Math.max(0, b), 0);
  if (!sum) return [];
  const at = (r: number, a: number) => `${(r * Math.sin(a)).toFixed(2)} ${(-r * Math.cos(a)).toFixed(2)}`;
  let from = 0;
  return values.map(v => {
    const part = Math.max(0, v) / sum, a = from * 2 * Math.PI, b = (from + Math.min(part, 0.9999)) * 2 * Math.PI, big = part > 0.5 ? 1 : 0;
    from += part;
    return part ? `M${at(56, a)}A56 56 0 ${big} 1 ${at(56, b)}L${at(34, b)}A34 34 0 ${big} 0 ${at(34, a)}Z` : '';
  });
}

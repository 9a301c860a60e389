import { parseScaled } from '../meta/scaled';

/** GB/T 5009.199: inhibition (%) = (ΔA0 − ΔAt) / ΔA0 × 100, in ten-thousandths, for display only; the server judges. */
export function inhibitionBp(control: string, sample: string): number | null {
  const a = parseScaled(control, 4), b = parseScaled(sample, 4);
  if (typeof a !== 'number' || typeof b !== 'number' || a <= 0) return null;
  return Math.round(((a - b) * 10_000) / a);
}
/** A change of absorbance 0 … 5 with four decimals; the sample's may be a little below zero. */
export function absorbance(text: string, min = 0): number | null {
  const n = parseScaled(text, 4);
  return typeof n === 'number' && n >= min && n <= 50_000 ? n : null;
}

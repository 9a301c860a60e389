import type { Text, Unit } from '../api/types';

export interface Card { name: string; title: Text; value: number; scale?: number; unit?: Text | Unit | string | null }
export interface Town { code: string; name: string; lng: number | null; lat: number | null; stations: number; lots: number; scans: number }
export interface Series { x: string[]; y: number[] }
export interface Scan { at_ms: number; product: string; town: string | null; place: string | null; code?: string }
export interface Test { at_ms: number; product: string; org: string | null; verdict: string; inhibition_bp: number | null }
export interface ScreenData {
  title: Text;
  now_ms: number;
  demo?: boolean;
  cards: Card[];
  towns: Town[];
  charts: { scans_by_day: Series; lots_by_town: Series; operations_by_month: Series; products: { name: string; value: number }[]; tests: { pass: number; fail: number; retest: number } };
  recent_scans: Scan[];
  recent_tests: Test[];
}
